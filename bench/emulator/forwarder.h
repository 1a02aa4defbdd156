#pragma once

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/emulator/flight.h"
#include "bench/emulator/packet.h"
#include "bench/emulator/tun.h"

namespace tercet::wan {

/// Carries packets between the sites' TUN devices, each at its time. One thread that sleeps in the
/// kernel whenever nothing is due.
class Forwarder {
 public:
  class Counters {
   public:
    Counters() = default;
    std::uint64_t packets = 0;  ///< delivered
    std::uint64_t bytes = 0;
    std::uint64_t lost = 0;     ///< by the matrix: loss, or a full queue
    std::uint64_t strays = 0;   ///< not from one site to another: IPv6, multicast
    std::uint64_t refused = 0;  ///< the receiving kernel would not take them
  };

  /// tuns[i]: of site i, whose address is `first_address` + i.
  Forwarder(const Matrix& matrix,
            std::uint64_t seed,
            std::uint32_t first_address,
            std::vector<Tun> tuns);

  /// Returns once `stop` is not 0. `while_waiting`: the signals that may set it are not blocked in
  /// this mask, and blocked everywhere else.
  void run(const volatile std::sig_atomic_t& stop, const sigset_t& while_waiting);

  const Counters& counters() const { return counters_; }

 private:
  void deliver_due();
  void wait(const sigset_t& mask);
  Nanoseconds time_to_sleep(Nanoseconds left) const;
  void learn_lateness(Nanoseconds late);
  void take_in(std::size_t site);
  std::optional<std::size_t> destination(std::size_t from, const Packet& packet) const;

  Flight flight_;
  std::uint32_t first_address_;
  std::vector<Tun> tuns_;
  PacketPool pool_;
  Counters counters_;
  Nanoseconds lateness_{0};  ///< of waking up, as learnt
};

}  // namespace tercet::wan
