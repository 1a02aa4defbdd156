#include "core/http/http_date.h"

#include <array>
#include <cstdio>

#include "core/time/clock.h"

namespace tercet {

const std::string& HttpDate::now() {
  const std::time_t second = system_wall_clock().now_seconds();
  if (second == second_) {
    return text_;
  }
  // By hand, since strftime would follow the process's locale.
  static constexpr std::array<const char*, 7> kDays = {
      "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm civil{};
  ::gmtime_r(&second, &civil);
  std::array<char, 64> text{};
  std::snprintf(text.data(),
                text.size(),
                "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(civil.tm_wday)],
                civil.tm_mday,
                kMonths[static_cast<std::size_t>(civil.tm_mon)],
                civil.tm_year + 1900,
                civil.tm_hour,
                civil.tm_min,
                civil.tm_sec);
  second_ = second;
  text_ = text.data();
  return text_;
}

}  // namespace tercet
