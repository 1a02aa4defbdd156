#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/base/check.h"
#include "core/http/http_chars.h"
#include "core/http/http_codec.h"

namespace tercet {

HttpResponseParser::HttpResponseParser(HttpLimits limits, bool head_request)
    : limits_(limits), head_request_(head_request) {}

std::size_t HttpResponseParser::feed(ByteView input) {
  std::size_t used = 0;
  while (state_ == State::head && used < input.size()) {
    used += feed_head(input.subspan(used));
  }
  if (state_ != State::body) {
    return used;
  }
  const ByteView rest = input.subspan(used);
  if (framing_ == Framing::chunked) {
    used += chunks_.feed(rest, response_.body);
    if (chunks_.state() == ChunkedDecoder::State::complete) {
      state_ = State::complete;
    } else if (chunks_.state() != ChunkedDecoder::State::going_on) {
      state_ = State::failed;
    }
    return used;
  }
  const std::size_t taken = std::min(body_left_, rest.size());
  response_.body.insert(
      response_.body.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(taken));
  body_left_ -= taken;
  if (framing_ == Framing::length && body_left_ == 0) {
    state_ = State::complete;
  } else if (framing_ == Framing::until_close && taken < rest.size()) {
    state_ = State::failed;  // longer than we allow
  }
  return used + taken;
}

bool HttpResponseParser::finish() {
  if (state_ == State::body && framing_ == Framing::until_close) {
    state_ = State::complete;
  }
  return state_ == State::complete;
}

HttpResponse HttpResponseParser::take() {
  TERCET_CHECK(state_ == State::complete);
  return std::move(response_);
}

std::size_t HttpResponseParser::feed_head(ByteView input) {
  const void* found = std::memchr(input.data(), '\n', input.size());
  std::size_t size = input.size();
  if (found != nullptr) {
    size = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - input.data()) + 1;
  }
  if (head_.size() + size > limits_.request_line_bytes + limits_.header_bytes) {
    state_ = State::failed;
    return size;
  }
  head_.insert(head_.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
  const std::string_view head = as_text(head_);
  if (head == "\r\n" || head.ends_with("\r\n\r\n")) {
    if (!parse_head()) {
      state_ = State::failed;
    }
    head_.clear();
  }
  return size;
}

bool HttpResponseParser::parse_head() {
  std::string_view rest = as_text(head_);
  const std::string_view line = rest.substr(0, rest.find("\r\n"));
  unsigned status = 0;
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || line[8] != ' ' ||
      std::from_chars(line.data() + 9, line.data() + 12, status).ptr != line.data() + 12 ||
      status < 100 || (line.size() > 12 && line[12] != ' ')) {
    return false;
  }
  const bool modern = line[7] == '1';
  rest.remove_prefix(line.size() + 2);
  response_ = HttpResponse(status);
  while (rest.size() > 2) {
    const std::string_view field = rest.substr(0, rest.find("\r\n"));
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos || !http::is_token(field.substr(0, colon)) ||
        !http::is_field_text(http::trimmed(field.substr(colon + 1))) ||
        response_.headers.size() >= limits_.header_lines) {
      return false;
    }
    response_.headers.emplace_back(std::string(field.substr(0, colon)),
                                   std::string(http::trimmed(field.substr(colon + 1))));
    rest.remove_prefix(field.size() + 2);
  }
  if (status >= 100 && status < 200) {
    return true;  // an interim answer; the next head follows
  }
  const std::string* connection = response_.find("Connection");
  keep_alive_ = modern && (connection == nullptr || !http::list_has(*connection, "close"));
  const std::string* coding = response_.find("Transfer-Encoding");
  const std::string* length = response_.find("Content-Length");
  if (head_request_ || status == 204 || status == 304) {
    state_ = State::complete;
    return true;
  }
  state_ = State::body;
  if (coding != nullptr) {
    framing_ = Framing::chunked;
    chunks_ = ChunkedDecoder(limits_.body_bytes);
    return length == nullptr && http::same_ignoring_case(*coding, "chunked");
  }
  if (length == nullptr) {
    framing_ = Framing::until_close;
    keep_alive_ = false;
    body_left_ = limits_.body_bytes;
    return true;
  }
  const char* end = length->data() + length->size();
  const auto [stop, failed] = std::from_chars(length->data(), end, body_left_);
  if (failed != std::errc() || stop != end || body_left_ > limits_.body_bytes) {
    return false;
  }
  if (body_left_ == 0) {
    state_ = State::complete;
  }
  return true;
}

}  // namespace tercet
