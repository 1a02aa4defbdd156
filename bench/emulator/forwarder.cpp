#include "bench/emulator/forwarder.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "core/base/check.h"

namespace tercet::wan {
namespace {

constexpr int kReadsAtOnce = 64;  // of one device, before the others have their turn
constexpr Nanoseconds kLatenessMax{100'000};
constexpr std::size_t kIpHeaderBytes = 20;
constexpr std::size_t kSourceAt = 12;
constexpr std::size_t kDestinationAt = 16;

Time now() {
  return std::chrono::steady_clock::now();
}

std::uint32_t address_at(const std::uint8_t* ip, std::size_t offset) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    out = out << 8U | ip[offset + i];
  }
  return out;
}

}  // namespace

Forwarder::Forwarder(const Matrix& matrix,
                     std::uint64_t seed,
                     std::uint32_t first_address,
                     std::vector<Tun> tuns)
    : flight_(matrix, seed), first_address_(first_address), tuns_(std::move(tuns)) {
  TERCET_CHECK(tuns_.size() == kSiteCount);
}

void Forwarder::run(const volatile std::sig_atomic_t& stop, const sigset_t& while_waiting) {
  while (stop == 0) {
    deliver_due();
    wait(while_waiting);
  }
}

void Forwarder::deliver_due() {
  while (std::optional<Flight::Arrival> arrival = flight_.take(now())) {
    if (tuns_[arrival->to].write(arrival->packet)) {
      ++counters_.packets;
      counters_.bytes += arrival->packet.wire_bytes();
    } else {
      ++counters_.refused;
    }
    pool_.give_back(std::move(arrival->packet));
  }
}

/// How long to sleep when a packet is due after `left`: the kernel wakes us late by about as much
/// each time, so we ask for that much less. Woken too early after all, we sleep once more.
Nanoseconds Forwarder::time_to_sleep(Nanoseconds left) const {
  return left > lateness_ ? left - lateness_ : std::max(left, Nanoseconds(0));
}

/// `late`: by how much a sleep was longer than asked for. Follows the least of late, so that we are
/// seldom too early.
void Forwarder::learn_lateness(Nanoseconds late) {
  const Nanoseconds change = late - lateness_;
  lateness_ += change.count() < 0 ? change / 2 : change / 32;
  lateness_ = std::clamp(lateness_, Nanoseconds(0), kLatenessMax);
}

/// Sleeps until a packet is due or comes in, and takes in those that came.
void Forwarder::wait(const sigset_t& mask) {
  std::array<pollfd, kSiteCount> waits{};
  for (std::size_t site = 0; site < kSiteCount; ++site) {
    waits[site] = {tuns_[site].descriptor(), POLLIN, 0};
  }
  timespec limit{};
  const std::optional<Time> due = flight_.next_due();
  const Time begin = now();
  Nanoseconds sleep{0};
  if (due) {
    sleep = time_to_sleep(*due - begin);
    limit.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(sleep).count();
    limit.tv_nsec = (sleep % std::chrono::seconds(1)).count();
  }
  const int ready = ::ppoll(waits.data(), waits.size(), due ? &limit : nullptr, &mask);
  if (ready == 0 && sleep.count() > 0) {
    learn_lateness(now() - begin - sleep);
  }
  if (ready <= 0) {
    return;  // something is due, or a signal came
  }
  for (std::size_t site = 0; site < kSiteCount; ++site) {
    if (waits[site].revents != 0) {
      take_in(site);
    }
  }
}

void Forwarder::take_in(std::size_t site) {
  for (int i = 0; i < kReadsAtOnce; ++i) {
    Packet packet = pool_.take();
    if (!tuns_[site].read(packet)) {
      pool_.give_back(std::move(packet));
      return;
    }
    const std::optional<std::size_t> to = destination(site, packet);
    if (!to) {
      ++counters_.strays;
      pool_.give_back(std::move(packet));
      continue;
    }
    pool_.trim(packet);
    if (std::optional<Packet> back = flight_.send(site, *to, std::move(packet), now())) {
      ++counters_.lost;
      pool_.give_back(std::move(*back));
    }
  }
}

/// Where an IPv4 packet of this site goes, if that is another site.
std::optional<std::size_t> Forwarder::destination(std::size_t from, const Packet& packet) const {
  const std::uint8_t* const ip = packet.head->data() + Packet::kPreambleBytes;
  if (packet.wire_bytes() < kIpHeaderBytes || ip[0] >> 4U != 4 ||
      address_at(ip, kSourceAt) != first_address_ + from) {
    return std::nullopt;
  }
  const std::uint32_t to = address_at(ip, kDestinationAt) - first_address_;  // wraps below 0
  if (to >= kSiteCount || to == from) {
    return std::nullopt;
  }
  return to;
}

}  // namespace tercet::wan
