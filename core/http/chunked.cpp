#include "core/http/chunked.h"

#include <algorithm>
#include <cstring>

#include "core/http/http_chars.h"

namespace tercet {

std::size_t ChunkedDecoder::feed(ByteView input, Bytes& body) {
  std::size_t used = 0;
  while (used < input.size() && state_ == State::going_on) {
    const ByteView rest = input.subspan(used);
    if (part_ != Part::data) {
      used += feed_line(rest);
      if (!line_.empty() && line_.back() == '\n') {
        on_line(body);
        line_.clear();
      }
      continue;
    }
    const std::size_t taken = std::min(left_, rest.size());
    body.insert(body.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(taken));
    left_ -= taken;
    used += taken;
    if (left_ == 0) {
      part_ = Part::data_end;
    }
  }
  return used;
}

std::size_t ChunkedDecoder::feed_line(ByteView input) {
  const void* found = std::memchr(input.data(), '\n', input.size());
  const std::size_t size =
      found == nullptr
          ? input.size()
          : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - input.data()) + 1;
  if (line_.size() + size > kLineBytesMax) {
    state_ = State::malformed;
    return input.size();
  }
  line_.insert(line_.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
  return size;
}

void ChunkedDecoder::on_line(const Bytes& body) {
  const std::size_t size = line_.size();
  if (size < 2 || line_[size - 2] != '\r' ||
      !http::is_field_text(as_text(ByteView(line_).first(size - 2)))) {
    state_ = State::malformed;
    return;
  }
  switch (part_) {
    case Part::size_line:
      on_size_line(body);
      return;
    case Part::data_end:
      state_ = size == 2 ? state_ : State::malformed;
      part_ = Part::size_line;
      return;
    case Part::trailer:
      trailer_bytes_ += size;
      if (size == 2) {
        state_ = State::complete;
      } else if (trailer_bytes_ > kTrailerBytesMax) {
        state_ = State::malformed;
      }
      return;
    case Part::data:
      return;
  }
}

void ChunkedDecoder::on_size_line(const Bytes& body) {
  const std::string_view text = as_text(ByteView(line_).first(line_.size() - 2));
  std::size_t size = 0;
  std::size_t digits = 0;
  while (digits < text.size() && http::hex_value(text[digits]) >= 0) {
    if (digits == 8) {
      state_ = State::too_large;
      return;
    }
    size = size * 16 + static_cast<std::size_t>(http::hex_value(text[digits]));
    ++digits;
  }
  if (digits == 0 || (digits < text.size() && text[digits] != ';')) {
    state_ = State::malformed;
    return;
  }
  if (size > body_bytes_max_ - body.size()) {
    state_ = State::too_large;
    return;
  }
  left_ = size;
  part_ = size == 0 ? Part::trailer : Part::data;
}

}  // namespace tercet
