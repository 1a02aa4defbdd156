#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "tests/support/virtual_time.h"

namespace tercet::sim {

using test::VirtualTime;

/// Everything that happens in a world, in order, as one running hash: two runs are the same if and
/// only if (but for chance, 2^-64) their hashes are. Prints lines for people where that is wanted.
class Trace {
 public:
  explicit Trace(const VirtualTime& time) : time_(&time) {}

  /// Also prints each event to `out`.
  void print_to(std::FILE* out) { out_ = out; }

  bool printing() const { return out_ != nullptr; }

  /// `who` did or met `what`; `detail` is for people and part of the hash.
  void note(std::string_view who, std::string_view what, std::string_view detail = {});
  /// The same with bytes that go into the hash only.
  void note_bytes(std::string_view who,
                  std::string_view what,
                  std::string_view detail,
                  ByteView bytes);

  /// A line for people that is no part of what happened.
  void print_only(std::string_view who, std::string_view what, std::string_view detail) const;

  std::uint64_t hash() const { return hash_; }

  std::uint64_t events() const { return events_; }

 private:
  void mix(std::uint64_t word);
  void mix(ByteView bytes);
  const VirtualTime* time_;
  std::FILE* out_ = nullptr;
  std::uint64_t hash_ = 0x6a09e667f3bcc908U;
  std::uint64_t events_ = 0;
};

}  // namespace tercet::sim
