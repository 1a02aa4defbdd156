#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

#include "core/base/bytes.h"

namespace tercet {

/// A public identifier of N bytes; the tag keeps different identifiers apart at compile time.
template <class Tag, std::size_t N>
class ByteId {
 public:
  static constexpr std::size_t kBytes = N;
  ByteId() = default;

  explicit ByteId(const std::array<std::uint8_t, N>& bytes) : bytes_(bytes) {}

  /// `from` has exactly N bytes (checked).
  static ByteId copy_of(ByteView from) {
    TERCET_CHECK(from.size() == N);
    ByteId id;
    std::memcpy(id.bytes_.data(), from.data(), N);
    return id;
  }

  ByteView view() const { return bytes_; }

  const std::array<std::uint8_t, N>& array() const { return bytes_; }

  std::string hex() const { return to_hex(bytes_); }

  /// The first eight hexadecimal digits, for logs.
  std::string short_hex() const { return to_hex(view().first(4)); }

  auto operator<=>(const ByteId&) const = default;

 private:
  std::array<std::uint8_t, N> bytes_{};
};

/// The hash that names one session (protocol.md 2); also of everything the session makes.
using SessionId = ByteId<struct SessionIdTag, 32>;
/// The sid of the session that opened the lease.
using LeaseId = SessionId;
/// The sid of the session that made the batch.
using BatchId = SessionId;
/// The sid of the session that made these shares of a key version.
using EpochId = SessionId;
/// The life of a node's RAM state.
using GenerationId = ByteId<struct GenerationIdTag, 16>;
using CommandId = ByteId<struct CommandIdTag, 16>;
using ClusterId = ByteId<struct ClusterIdTag, 16>;

/// An integer with a meaning of its own.
template <class Tag, class Rep>
class StrongInt {
 public:
  using rep = Rep;
  constexpr StrongInt() = default;

  constexpr explicit StrongInt(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }

  constexpr auto operator<=>(const StrongInt&) const = default;

 private:
  Rep value_ = 0;
};

using KeyVersion = StrongInt<struct KeyVersionTag, std::uint32_t>;
using SessionCounter = StrongInt<struct SessionCounterTag, std::uint64_t>;
/// Which membership of the cluster: 1 at first, one more with every member that is replaced.
using MembershipNumber = StrongInt<struct MembershipNumberTag, std::uint32_t>;

/// 1 to 128 characters of `a-z A-Z 0-9 - . _`, not "." or ".." (XKS reference, section 2).
class KeyId {
 public:
  KeyId() = default;
  static Result<KeyId> parse(std::string_view text);

  const std::string& text() const { return text_; }

  auto operator<=>(const KeyId&) const = default;

 private:
  explicit KeyId(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace tercet

template <class Tag, std::size_t N>
struct std::hash<tercet::ByteId<Tag, N>> {
  /// The identifiers are hashes or random bytes: their first bytes are hash enough.
  std::size_t operator()(const tercet::ByteId<Tag, N>& id) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, id.view().data(), sizeof value);
    return value;
  }
};
