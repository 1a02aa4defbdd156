#include "node/link/round_trip.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tercet::node {
namespace {

/// Of a new measurement: with ten a second, the mean of about the last second.
constexpr double kSmoothing = 0.125;

double microseconds_between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration<double, std::micro>(to - from).count();
}

}  // namespace

void RoundTrip::sent(const Challenge& challenge, SteadyTime now) {
  sent_.emplace_back(challenge, now);
  if (sent_.size() > kSentMax) {
    sent_.pop_front();
  }
}

void RoundTrip::heard(const Challenge& echo, std::uint32_t held_us, SteadyTime now) {
  heard_at_ = now;
  const auto found = std::find_if(
      sent_.begin(), sent_.end(), [&](const auto& beat) { return beat.first == echo; });
  if (found == sent_.end()) {
    return;  // echoed before, or of the link's set-up
  }
  const double took = std::max(0.0, microseconds_between(found->second, now) - held_us);
  smoothed_us_ = smoothed_us_ ? *smoothed_us_ + kSmoothing * (took - *smoothed_us_) : took;
  sent_.erase(sent_.begin(), found + 1);
}

std::uint32_t RoundTrip::held_us(SteadyTime now) const {
  constexpr double kMost = std::numeric_limits<std::uint32_t>::max();
  return heard_at_ ? static_cast<std::uint32_t>(
                         std::clamp(microseconds_between(*heard_at_, now), 0.0, kMost))
                   : 0;
}

std::optional<std::chrono::microseconds> RoundTrip::value() const {
  if (!smoothed_us_) {
    return std::nullopt;
  }
  return std::chrono::microseconds(std::llround(*smoothed_us_));
}

}  // namespace tercet::node
