#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/base/check.h"
#include "core/http/http_chars.h"
#include "core/http/http_codec.h"

// Two passes over the head. The first only looks for line ends and counts, so that limits come
// before anything else; the second, on the complete head, accepts what RFC 9112 makes unambiguous
// and refuses the rest. Our own, and small, because servers that repair a head differently are how
// requests get smuggled; tests/fuzz compares it with Beast.

namespace tercet {
namespace {

constexpr unsigned kBadRequest = 400;
constexpr unsigned kContentTooLarge = 413;
constexpr unsigned kUriTooLong = 414;
constexpr unsigned kHeadersTooLarge = 431;
constexpr unsigned kVersionNotSupported = 505;
constexpr std::size_t kMethodBytesMax = 32;
constexpr unsigned kEmptyLinesMax = 2;

/// Those that would mean two things if sent twice (XKS reference 4).
constexpr std::string_view kOnlyOnce[] = {
    "Host", "Content-Length", "Transfer-Encoding", "Authorization", "X-Amz-Date", "Expect"};

}  // namespace

HttpRequestParser::HttpRequestParser(HttpLimits limits) : limits_(limits) {}

std::size_t HttpRequestParser::feed(ByteView input) {
  std::size_t used = 0;
  if (state_ == State::start || state_ == State::head) {
    used = feed_head(input);
  }
  if (state_ == State::body) {
    used += feed_body(input.subspan(used));
  }
  return used;
}

std::size_t HttpRequestParser::feed_head(ByteView input) {
  std::size_t used = 0;
  while (used < input.size()) {
    const ByteView rest = input.subspan(used);
    const void* found = std::memchr(rest.data(), '\n', rest.size());
    std::size_t size = rest.size();
    if (found != nullptr) {
      size = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - rest.data()) + 1;
    }
    const std::size_t line = head_.size() - line_start_ + size;
    if (request_line_ == 0) {
      const std::size_t line_end = found != nullptr ? 2 : 1;  // its CR may have come alone
      if (line > limits_.request_line_bytes + line_end) {
        refuse(kUriTooLong);
        return used;
      }
    } else if (head_.size() + size - request_line_ > limits_.header_bytes + 2) {
      refuse(kHeadersTooLarge);
      return used;
    }
    head_.insert(head_.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
    used += size;
    state_ = State::head;
    if (found == nullptr) {
      break;
    }
    if (on_line(line) || state_ == State::refused) {
      break;
    }
  }
  return used;
}

bool HttpRequestParser::on_line(std::size_t line_bytes) {
  const std::size_t end = head_.size();
  const bool crlf = line_bytes >= 2 && head_[end - 2] == '\r';
  bare_line_end_ = bare_line_end_ || !crlf;
  const bool empty = line_bytes == (crlf ? 2U : 1U);
  if (request_line_ == 0) {
    if (empty) {
      // RFC 9112 2.2: an empty line before a request is ignored.
      if (++empty_lines_ > kEmptyLinesMax || bare_line_end_) {
        refuse(kBadRequest);
      } else {
        head_.clear();
        line_start_ = 0;
        state_ = State::start;
      }
      return false;
    }
    request_line_ = line_bytes;
    line_start_ = end;
    return false;
  }
  line_start_ = end;
  if (empty) {
    parse_head();
    return true;
  }
  if (++header_lines_ > limits_.header_lines) {
    refuse(kHeadersTooLarge);
  }
  return false;
}

void HttpRequestParser::refuse(unsigned status) {
  state_ = State::refused;
  refusal_status_ = status;
  head_.clear();
  request_ = HttpRequest();
}

void HttpRequestParser::parse_head() {
  if (bare_line_end_) {
    refuse(kBadRequest);
    return;
  }
  const std::string_view head = as_text(head_);
  if (!parse_request_line(head.substr(0, request_line_ - 2))) {
    return;
  }
  request_.headers.reserve(header_lines_);
  std::string_view rest = head.substr(request_line_);
  while (rest.size() > 2) {
    const std::size_t end = rest.find("\r\n");
    if (!parse_header(rest.substr(0, end))) {
      refuse(kBadRequest);
      return;
    }
    rest.remove_prefix(end + 2);
  }
  decide_body();
}

bool HttpRequestParser::parse_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = line.rfind(' ');
  if (first == std::string_view::npos || second == first) {
    refuse(kBadRequest);
    return false;
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  const std::string_view version = line.substr(second + 1);
  const bool http = version.size() == 8 && version.substr(0, 5) == "HTTP/" && version[6] == '.' &&
                    version[5] >= '0' && version[5] <= '9' && version[7] >= '0' &&
                    version[7] <= '9';
  if (!http::is_token(method) || method.size() > kMethodBytesMax || !http::is_target(target) ||
      !http) {
    refuse(kBadRequest);
    return false;
  }
  if (version[5] != '1' || version[7] > '1') {
    refuse(kVersionNotSupported);
    return false;
  }
  request_.method = method;
  request_.target = target;
  request_.minor_version = static_cast<unsigned>(version[7] - '0');
  return true;
}

bool HttpRequestParser::parse_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  // A space before the colon, or a folded line, is not a token.
  if (colon == std::string_view::npos || !http::is_token(line.substr(0, colon))) {
    return false;
  }
  const std::string_view value = http::trimmed(line.substr(colon + 1));
  if (!http::is_field_text(value)) {
    return false;
  }
  request_.headers.emplace_back(std::string(line.substr(0, colon)), std::string(value));
  return true;
}

void HttpRequestParser::decide_body() {
  const HttpHeaders& headers = request_.headers;
  for (const std::string_view name : kOnlyOnce) {
    if (count_headers(headers, name) > 1) {
      refuse(kBadRequest);
      return;
    }
  }
  const bool modern = request_.minor_version == 1;
  const std::string* host = find_header(headers, "Host");
  const std::string* coding = find_header(headers, "Transfer-Encoding");
  const std::string* length = find_header(headers, "Content-Length");
  if ((modern && (host == nullptr || host->empty())) || (coding != nullptr && length != nullptr) ||
      (coding != nullptr && (!modern || !http::same_ignoring_case(*coding, "chunked")))) {
    refuse(kBadRequest);
    return;
  }
  std::size_t announced = 0;
  if (length != nullptr) {
    const bool digits = !length->empty() && std::all_of(length->begin(), length->end(), [](char c) {
      return c >= '0' && c <= '9';
    });
    if (!digits) {
      refuse(kBadRequest);
      return;
    }
    const char* end = length->data() + length->size();
    const bool fits = std::from_chars(length->data(), end, announced).ec == std::errc();
    if (!fits || announced > limits_.body_bytes) {
      refuse(kContentTooLarge);
      return;
    }
  }
  const std::string* connection = find_header(headers, "Connection");
  keep_alive_ = modern;
  if (connection != nullptr) {
    keep_alive_ = !http::list_has(*connection, "close") &&
                  (modern || http::list_has(*connection, "keep-alive"));
  }
  const std::string* expect = find_header(headers, "Expect");
  chunked_ = coding != nullptr;
  chunks_ = ChunkedDecoder(limits_.body_bytes);
  body_left_ = announced;
  request_.body.reserve(announced);
  state_ = chunked_ || body_left_ > 0 ? State::body : State::complete;
  expect_continue_ = modern && expect != nullptr && state_ == State::body &&
                     http::same_ignoring_case(*expect, "100-continue");
}

std::size_t HttpRequestParser::feed_body(ByteView input) {
  if (!input.empty()) {
    expect_continue_ = false;  // the client did not wait
  }
  if (!chunked_) {
    const std::size_t taken = std::min(body_left_, input.size());
    request_.body.insert(
        request_.body.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(taken));
    body_left_ -= taken;
    state_ = body_left_ == 0 ? State::complete : State::body;
    return taken;
  }
  const std::size_t used = chunks_.feed(input, request_.body);
  switch (chunks_.state()) {
    case ChunkedDecoder::State::going_on:
      break;
    case ChunkedDecoder::State::complete:
      state_ = State::complete;
      break;
    case ChunkedDecoder::State::malformed:
      refuse(kBadRequest);
      break;
    case ChunkedDecoder::State::too_large:
      refuse(kContentTooLarge);
      break;
  }
  return used;
}

bool HttpRequestParser::take_expect_continue() {
  return std::exchange(expect_continue_, false);
}

HttpRequest HttpRequestParser::take() {
  TERCET_CHECK(state_ == State::complete);
  HttpRequest done = std::move(request_);
  request_ = HttpRequest();
  head_.clear();
  line_start_ = 0;
  request_line_ = 0;
  header_lines_ = 0;
  empty_lines_ = 0;
  chunked_ = false;
  expect_continue_ = false;
  state_ = State::start;
  return done;
}

}  // namespace tercet
