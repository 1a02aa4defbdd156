#pragma once

#include <cstdint>
#include <ctime>
#include <string>

namespace tercet {

/// The Date header's value, made once a second. Threads: one per object.
class HttpDate {
 public:
  const std::string& now();

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

}  // namespace tercet
