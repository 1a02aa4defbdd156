#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace tercet::node {

/// A verified SigV4 signature: 32 bytes that only the holder of the secret could make.
using SignatureId = ByteId<struct SignatureIdTag, 32>;

/// Counts how often each signature was used for an operation: at most three times within its
/// window, across all proxies (rule X4; protocol.md 9). Only verified signatures get here, so
/// nobody without the secret can fill it.
/// Threads: one.
class ReplayList {
 public:
  static constexpr unsigned kUsesMax = 3;
  static constexpr std::size_t kEntriesMax = std::size_t{1} << 20U;

  /// Checks and counts in one step. `valid_until` is the last second at which the signature's time
  /// window lets it in. Returns how often it has been used, this time included (2 and 3 are
  /// repeats). Errors: replayed; overloaded (the list is full).
  Result<unsigned> use(const SignatureId& signature,
                       std::int64_t valid_until,
                       std::int64_t now_seconds);

  std::size_t size() const { return uses_.size(); }

 private:
  void forget_expired(std::int64_t now_seconds);

  std::unordered_map<SignatureId, unsigned> uses_;
  std::multimap<std::int64_t, SignatureId> by_expiry_;
};

}  // namespace tercet::node
