#include "core/http/head_guard.h"

#include "core/http/http_chars.h"

namespace tercet {
namespace {

/// A Content-Length that no 64 bits hold. Beast calls it malformed; to us the body is too large.
bool announces_endless_body(std::string_view line) {
  constexpr std::size_t kDigitsMax = 19;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos ||
      !http::same_ignoring_case(line.substr(0, colon), "Content-Length")) {
    return false;
  }
  const std::string_view value = http::trimmed(line.substr(colon + 1));
  return value.size() > kDigitsMax && http::is_number(value);
}

}  // namespace

std::size_t HeadGuard::feed(ByteView input) {
  std::size_t used = 0;
  while (used < input.size() && state_ < HttpParse::complete) {
    const ByteView part = http::through_line_feed(input.subspan(used));
    if (!has_room_for(part)) {
      break;
    }
    head_.insert(head_.end(), part.begin(), part.end());
    used += part.size();
    state_ = HttpParse::head;
    if (part.back() == '\n') {
      on_line();
    }
  }
  return used;
}

bool HeadGuard::has_room_for(ByteView part) {
  if (first_line_bytes_ == 0) {
    const std::size_t line_end = part.back() == '\n' ? 2 : 1;  // its CR may have come alone
    if (head_.size() + part.size() > limits_.request_line_bytes + line_end) {
      refuse(http::kUriTooLong);
    }
  } else if (head_.size() + part.size() - first_line_bytes_ > limits_.header_bytes + 2) {
    refuse(http::kHeadersTooLarge);
  }
  return state_ != HttpParse::refused;
}

void HeadGuard::on_line() {
  const std::string_view line = as_text(head_).substr(line_start_);
  const bool empty = line == "\r\n" || line == "\n";
  clean_ = clean_ && http::is_clean_line(line);
  line_start_ = head_.size();
  if (first_line_bytes_ == 0) {
    if (!empty) {
      first_line_bytes_ = head_.size();
    } else if (!clean_ || ++empty_lines_ > empty_lines_max_) {
      refuse(http::kBadRequest);
    } else {
      head_.clear();
      line_start_ = 0;
      state_ = HttpParse::start;
    }
  } else if (empty) {
    state_ = HttpParse::complete;
    if (!clean_) {
      refuse(http::kBadRequest);
    }
  } else if (++header_lines_ > limits_.header_lines) {
    refuse(http::kHeadersTooLarge);
  } else if (clean_ && announces_endless_body(line.substr(0, line.size() - 2))) {
    refuse(http::kContentTooLarge);
  }
}

void HeadGuard::refuse(unsigned status) {
  state_ = HttpParse::refused;
  refusal_status_ = status;
  head_.clear();
}

}  // namespace tercet
