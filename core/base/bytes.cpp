#include "core/base/bytes.h"

#include <algorithm>
#include <cstring>

namespace tercet {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return c - 'A' + 10;
  }
  return -1;
}

template <class T>
T load(ByteView from) {
  TERCET_CHECK(from.size() == sizeof(T));
  T value = 0;
  for (const std::uint8_t byte : from) {
    value = static_cast<T>((value << 8) | byte);
  }
  return value;
}

template <class T>
void store(MutableByteView into, T value) {
  TERCET_CHECK(into.size() == sizeof(T));
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    into[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(T) - 1 - i)));
  }
}

}  // namespace

void wipe(void* data, std::size_t size) noexcept {
  if (size == 0) {
    return;
  }
  // The barrier makes the compiler believe that the zeros are read.
  std::memset(data, 0, size);
  __asm__ __volatile__("" : : "r"(data) : "memory");
}

std::string to_hex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out.push_back(kHexDigits[byte >> 4]);
    out.push_back(kHexDigits[byte & 15]);
  }
  return out;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return Error(Errc::invalid_argument, "read hexadecimal: odd number of digits");
  }
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) {
      return Error(Errc::invalid_argument, "read hexadecimal: not a hexadecimal digit");
    }
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

std::uint16_t load_u16(ByteView from) {
  return load<std::uint16_t>(from);
}

std::uint32_t load_u32(ByteView from) {
  return load<std::uint32_t>(from);
}

std::uint64_t load_u64(ByteView from) {
  return load<std::uint64_t>(from);
}

void store_u16(MutableByteView into, std::uint16_t value) {
  store(into, value);
}

void store_u32(MutableByteView into, std::uint32_t value) {
  store(into, value);
}

void store_u64(MutableByteView into, std::uint64_t value) {
  store(into, value);
}

ByteWriter& ByteWriter::u8(std::uint8_t value) {
  out_.push_back(value);
  return *this;
}

ByteWriter& ByteWriter::u16(std::uint16_t value) {
  out_.resize(out_.size() + 2);
  store_u16(MutableByteView(out_).last(2), value);
  return *this;
}

ByteWriter& ByteWriter::u32(std::uint32_t value) {
  out_.resize(out_.size() + 4);
  store_u32(MutableByteView(out_).last(4), value);
  return *this;
}

ByteWriter& ByteWriter::u64(std::uint64_t value) {
  out_.resize(out_.size() + 8);
  store_u64(MutableByteView(out_).last(8), value);
  return *this;
}

ByteWriter& ByteWriter::raw(ByteView bytes) {
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  return *this;
}

ByteWriter& ByteWriter::blob(ByteView bytes) {
  u32(static_cast<std::uint32_t>(bytes.size()));
  return raw(bytes);
}

ByteView ByteReader::raw(std::size_t size) {
  if (failed_ || size > rest_.size()) {
    failed_ = true;
    return {};
  }
  const ByteView out = rest_.first(size);
  rest_ = rest_.subspan(size);
  return out;
}

std::uint8_t ByteReader::u8() {
  const ByteView view = raw(1);
  return view.empty() ? std::uint8_t{0} : view[0];
}

std::uint16_t ByteReader::u16() {
  const ByteView view = raw(2);
  return view.empty() ? std::uint16_t{0} : load_u16(view);
}

std::uint32_t ByteReader::u32() {
  const ByteView view = raw(4);
  return view.empty() ? std::uint32_t{0} : load_u32(view);
}

std::uint64_t ByteReader::u64() {
  const ByteView view = raw(8);
  return view.empty() ? std::uint64_t{0} : load_u64(view);
}

ByteView ByteReader::blob(std::size_t limit) {
  const std::uint32_t size = u32();
  if (size > limit) {
    failed_ = true;
    return {};
  }
  return raw(size);
}

Status ByteReader::finish(std::string_view what) const {
  if (failed_ || !rest_.empty()) {
    return Error(Errc::peer_malformed,
                 std::string(what) + (failed_ ? ": too short" : ": bytes after the end"));
  }
  return ok_status();
}

}  // namespace tercet
