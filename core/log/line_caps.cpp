#include "core/log/line_caps.h"

namespace tercet {
namespace {

/// After so long without a line a place is as new, and goes.
constexpr std::chrono::seconds kQuiet{10};
constexpr std::chrono::seconds kForgetEvery{1};

}  // namespace

std::optional<std::uint64_t> LineCaps::take(std::string_view event,
                                            std::string_view by,
                                            SteadyTime now) {
  Name name(event, by);
  if (!places_.contains(name) && places_.size() >= kNamesMax) {
    forget_quiet(now);
    if (places_.size() >= kNamesMax) {
      name.second = kOthers;
    }
  }
  Place& place = places_[name];
  place.seen = now;
  if (!may_write(name.first, place, now)) {
    ++place.left_out;
    return std::nullopt;
  }
  return std::exchange(place.left_out, 0);
}

bool LineCaps::may_write(const std::string& event, Place& place, SteadyTime now) {
  RateCap& of_all = of_all_.try_emplace(event, kOfAllPerSecond, kOfAllAtOnce).first->second;
  return place.cap.take(1, now) && of_all.take(1, now);
}

std::vector<LineCaps::LeftOut> LineCaps::due(SteadyTime now) {
  std::vector<LeftOut> out;
  for (auto& [name, place] : places_) {
    if (place.left_out > 0 && may_write(name.first, place, now)) {
      out.emplace_back(name.first, name.second, std::exchange(place.left_out, 0));
    }
  }
  return out;
}

void LineCaps::forget_quiet(SteadyTime now) {
  if (now - forgot_ < kForgetEvery) {
    return;
  }
  forgot_ = now;
  std::erase_if(places_, [&](const auto& entry) {
    return entry.second.left_out == 0 && now - entry.second.seen > kQuiet;
  });
}

void CappedLog::tell_left_out() {
  for (const LineCaps::LeftOut& each : caps_.due(clock_->now())) {
    log_.warn("lines_left_out",
              field("of", public_text(each.event)),
              field("by", public_text(each.by)),
              field("count", each.count));
  }
}

}  // namespace tercet
