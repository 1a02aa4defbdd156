#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "bench/emulator/link.h"
#include "bench/emulator/matrix.h"
#include "bench/emulator/packet.h"

namespace tercet::wan {

/// The packets under way between all sites, in the order in which they arrive. Knows no socket and
/// no clock: time is what its caller says.
class Flight {
 public:
  class Arrival {
   public:
    Arrival() = default;
    std::size_t to = 0;
    Packet packet;
  };

  Flight(const Matrix& matrix, std::uint64_t seed);

  /// Sends a packet on its way at `now`. Gives it back if it will never arrive.
  std::optional<Packet> send(std::size_t from, std::size_t to, Packet packet, Time now);

  /// When the next packet arrives, if one is under way.
  std::optional<Time> next_due() const;

  /// The next packet that has arrived by `now`: earliest first, and of one link in order.
  std::optional<Arrival> take(Time now);

 private:
  /// Between two sites: far more than any real pair has under way, and less than memory.
  static constexpr std::size_t kBytesMax = std::size_t{128} * 1024 * 1024;

  class Entry {
   public:
    Entry() = default;
    Time due{};
    std::uint64_t number = 0;  ///< of sending; decides between equal times
    std::size_t from = 0;
    std::size_t to = 0;
    Packet packet;
  };

  static bool later(const Entry& a, const Entry& b) {
    return a.due != b.due ? a.due > b.due : a.number > b.number;
  }

  std::vector<std::vector<Link>> links_;                                 ///< [from][to]
  std::array<std::array<std::size_t, kSiteCount>, kSiteCount> bytes_{};  ///< under way
  std::vector<Entry> heap_;
  std::uint64_t next_number_ = 0;
};

}  // namespace tercet::wan
