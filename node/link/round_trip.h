#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "core/time/clock.h"
#include "node/link/peer_frames.h"

namespace tercet::node {

/// The round trip to a peer, measured by heartbeats (protocol.md 11): each echoes the newest
/// challenge that came from the other side and says how long ago it came, so that waiting for the
/// next beat does not count. That is the peer's word: good to be shown, and to decide nothing.
/// Pure data. Threads: one executor.
class RoundTrip {
 public:
  /// A heartbeat with this challenge leaves now.
  void sent(const Challenge& challenge, SteadyTime now);
  /// A heartbeat came, which echoes one of ours that the peer had held for `held_us`.
  void heard(const Challenge& echo, std::uint32_t held_us, SteadyTime now);

  /// How long this side has held the peer's newest challenge; 0 before the first heartbeat.
  std::uint32_t held_us(SteadyTime now) const;

  /// Smoothed over about a second; nothing before the first echo.
  std::optional<std::chrono::microseconds> value() const;

 private:
  /// More beats under way than a link lives through without one (PeerHub::kSilence).
  static constexpr std::size_t kSentMax = 64;

  std::deque<std::pair<Challenge, SteadyTime>> sent_;  ///< not echoed yet
  std::optional<SteadyTime> heard_at_;
  std::optional<double> smoothed_us_;
};

}  // namespace tercet::node
