#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/emulator/net_namespace.h"
#include "core/base/result.h"

namespace tercet::wan {

using Nanoseconds = std::chrono::nanoseconds;

/// A TCP connection from one namespace to an address in another, both ends in our hands: one
/// thread can then time it without any scheduling between the ends.
class EchoPair {
 public:
  static Result<EchoPair> open(const NetNamespace& from,
                               const NetNamespace& to,
                               std::uint32_t address);

  /// How long the connection took to open: one round trip.
  Nanoseconds connecting() const { return connecting_; }

  /// One byte there and back, `count` times with `pause` between; sorted.
  Result<std::vector<Nanoseconds>> round_trips(std::uint64_t count, Nanoseconds pause) const;

  /// Bytes that arrive in `duration` when the near end sends as fast as TCP takes it.
  Result<std::uint64_t> stream(Nanoseconds duration) const;

 private:
  EchoPair(Descriptor near, Descriptor far, Nanoseconds connecting)
      : near_(std::move(near)), far_(std::move(far)), connecting_(connecting) {}

  Descriptor near_;
  Descriptor far_;
  Nanoseconds connecting_;
};

}  // namespace tercet::wan
