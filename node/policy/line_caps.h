#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/log/log.h"
#include "core/time/clock.h"
#include "mpc/party.h"
#include "node/policy/rate_cap.h"

namespace tercet::node {

/// How often one event that somebody else can cause (a peer, a proxy, a client) is written down:
/// some lines at once, then one a second on average, for each event and who caused it. What is left
/// out is counted, and the next line says how many there were. Bounded. Threads: one.
class LineCaps {
 public:
  static constexpr double kPerSecond = 1;
  static constexpr double kAtOnce = 5;
  /// Events and names together; whoever comes later shares one place.
  static constexpr std::size_t kNamesMax = 1024;

  /// How many like this one were left out before it; nothing: leave this one out as well.
  std::optional<std::uint64_t> take(std::string_view event, std::string_view by, SteadyTime now) {
    std::pair<std::string, std::string> name(event, by);
    if (places_.size() >= kNamesMax && !places_.contains(name)) {
      name = {};
    }
    Place& place = places_[std::move(name)];
    if (!place.cap.take(1, now)) {
      ++place.left_out;
      return std::nullopt;
    }
    return std::exchange(place.left_out, 0);
  }

 private:
  class Place {
   public:
    Place() = default;
    RateCap cap{kPerSecond, kAtOnce};
    std::uint64_t left_out = 0;
  };

  std::map<std::pair<std::string, std::string>, Place> places_;
};

/// Whose lines those are that a peer causes.
inline std::string peer_name(mpc::PartyIndex peer) {
  return "peer " + std::to_string(mpc::number(peer));
}

/// A Logger for lines that somebody else can cause; `by` says who, in public text. Threads: one.
class CappedLog {
 public:
  CappedLog(Logger log, const Clock& clock) : log_(std::move(log)), clock_(&clock) {}

  template <class... Fields>
  void info(std::string_view event, std::string_view by, const Fields&... fields) {
    write(&Logger::info<Fields...>, &Logger::info<Fields..., Field>, event, by, fields...);
  }

  template <class... Fields>
  void warn(std::string_view event, std::string_view by, const Fields&... fields) {
    write(&Logger::warn<Fields...>, &Logger::warn<Fields..., Field>, event, by, fields...);
  }

  template <class... Fields>
  void error(std::string_view event, std::string_view by, const Fields&... fields) {
    write(&Logger::error<Fields...>, &Logger::error<Fields..., Field>, event, by, fields...);
  }

 private:
  template <class... Fields>
  using Write = void (Logger::*)(std::string_view, const Fields&...) const;

  template <class... Fields>
  void write(Write<Fields...> plain,
             Write<Fields..., Field> with_count,
             std::string_view event,
             std::string_view by,
             const Fields&... fields) {
    const std::optional<std::uint64_t> left_out = caps_.take(event, by, clock_->now());
    if (left_out && *left_out > 0) {
      (log_.*with_count)(event, fields..., field("left_out", *left_out));
    } else if (left_out) {
      (log_.*plain)(event, fields...);
    }
  }

  Logger log_;
  const Clock* clock_;
  LineCaps caps_;
};

}  // namespace tercet::node
