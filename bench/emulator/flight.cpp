#include "bench/emulator/flight.h"

#include <algorithm>
#include <utility>

namespace tercet::wan {

Flight::Flight(const Matrix& matrix, std::uint64_t seed) {
  for (std::size_t from = 0; from < kSiteCount; ++from) {
    std::vector<Link>& row = links_.emplace_back();
    for (std::size_t to = 0; to < kSiteCount; ++to) {
      row.emplace_back(matrix.link(from, to),
                       seed * kSiteCount * kSiteCount + from * kSiteCount + to);
    }
  }
}

std::optional<Packet> Flight::send(std::size_t from, std::size_t to, Packet packet, Time now) {
  std::size_t& under_way = bytes_.at(from).at(to);
  if (under_way + packet.bytes > kBytesMax) {
    return packet;
  }
  const std::optional<Time> due = links_[from][to].admit(now, packet.wire_bytes());
  if (!due) {
    return packet;
  }
  under_way += packet.bytes;
  Entry& entry = heap_.emplace_back();
  entry.due = *due;
  entry.number = next_number_++;
  entry.from = from;
  entry.to = to;
  entry.packet = std::move(packet);
  std::push_heap(heap_.begin(), heap_.end(), &later);
  return std::nullopt;
}

std::optional<Time> Flight::next_due() const {
  if (heap_.empty()) {
    return std::nullopt;
  }
  return heap_.front().due;
}

std::optional<Flight::Arrival> Flight::take(Time now) {
  if (heap_.empty() || heap_.front().due > now) {
    return std::nullopt;
  }
  std::pop_heap(heap_.begin(), heap_.end(), &later);
  Arrival out;
  out.to = heap_.back().to;
  out.packet = std::move(heap_.back().packet);
  bytes_[heap_.back().from][out.to] -= out.packet.bytes;
  heap_.pop_back();
  return out;
}

}  // namespace tercet::wan
