#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/log/log.h"
#include "core/time/clock.h"
#include "core/time/rate_cap.h"

namespace tercet {

/// How often one event that somebody else can cause (a peer, a proxy, a client, a stranger) is
/// written down (rule AU7): some lines at once, then one a second on average, for each event and
/// who caused it, and no event more than ten times a second, however many cause it. What is left
/// out is counted: the next line says how many there were, or a line of its own if none comes.
/// Bounded. Threads: one.
class LineCaps {
 public:
  static constexpr double kPerSecond = 1;
  static constexpr double kAtOnce = 5;
  static constexpr double kOfAllPerSecond = 10;
  static constexpr double kOfAllAtOnce = 10;
  /// Events and names together; whoever comes later shares one place with all others.
  static constexpr std::size_t kNamesMax = 1024;
  static constexpr std::string_view kOthers = "others";

  /// Lines that were left out, and no other came that says so.
  class LeftOut {
   public:
    LeftOut(std::string of_event, std::string who, std::uint64_t lines)
        : event(std::move(of_event)), by(std::move(who)), count(lines) {}

    std::string event;
    std::string by;
    std::uint64_t count;
  };

  /// How many like this one were left out before it; nothing: leave this one out as well.
  std::optional<std::uint64_t> take(std::string_view event, std::string_view by, SteadyTime now);

  /// What may be told now of what was left out; counts as told. Call it once a second or oftener.
  std::vector<LeftOut> due(SteadyTime now);

 private:
  class Place {
   public:
    Place() = default;
    RateCap cap{kPerSecond, kAtOnce};
    std::uint64_t left_out = 0;
    SteadyTime seen{};
  };

  using Name = std::pair<std::string, std::string>;

  bool may_write(const std::string& event, Place& place, SteadyTime now);
  void forget_quiet(SteadyTime now);

  std::map<Name, Place> places_;
  SteadyTime forgot_{};
  std::map<std::string, RateCap> of_all_;  ///< by event: names in our code
};

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

  /// Call it once a second or oftener: says what no later line said.
  void tell_left_out();

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

}  // namespace tercet
