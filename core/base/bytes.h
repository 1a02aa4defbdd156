#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace tercet {

using ByteView = std::span<const std::uint8_t>;
using MutableByteView = std::span<std::uint8_t>;

/// Overwrites memory in a way the compiler cannot remove.
void wipe(void* data, std::size_t size) noexcept;

/// Wipes what it frees. For buffers that may have held secrets on their way (frames, HTTP bodies).
/// Long-lived secrets belong into SecretBytes (core/secret), which also locks.
template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;

  template <class U>
  // NOLINTNEXTLINE(google-explicit-constructor): allocator requirements
  WipingAllocator(const WipingAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }

  void deallocate(T* data, std::size_t count) noexcept {
    wipe(data, count * sizeof(T));
    std::allocator<T>().deallocate(data, count);
  }

  template <class U>
  bool operator==(const WipingAllocator<U>&) const noexcept {
    return true;
  }
};

/// The one growable byte buffer: wipes itself when freed.
using Bytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;
using WipingString = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(ByteView view) {
  return Bytes(view.begin(), view.end());
}

/// Lower-case hexadecimal of public bytes.
std::string to_hex(ByteView bytes);
/// Strict: even length, either case; invalid_argument otherwise.
Result<Bytes> from_hex(std::string_view text);

/// Big-endian loads and stores; the spans have exactly the size.
std::uint16_t load_u16(ByteView from);
std::uint32_t load_u32(ByteView from);
std::uint64_t load_u64(ByteView from);
void store_u16(MutableByteView into, std::uint16_t value);
void store_u32(MutableByteView into, std::uint32_t value);
void store_u64(MutableByteView into, std::uint64_t value);

/// Appends fixed big-endian layouts. `blob` writes a u32 length first, so that a sequence of blobs
/// is an injective encoding.
class ByteWriter {
 public:
  ByteWriter& u8(std::uint8_t value);
  ByteWriter& u16(std::uint16_t value);
  ByteWriter& u32(std::uint32_t value);
  ByteWriter& u64(std::uint64_t value);
  ByteWriter& raw(ByteView bytes);
  ByteWriter& blob(ByteView bytes);

  ByteWriter& text(std::string_view value) { return blob(as_bytes(value)); }

  const Bytes& bytes() const { return out_; }

  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

/// Reads what ByteWriter wrote. Bounds are checked first; after a failure every read fails, so a
/// parser may read all fields and look once at `finish()`.
class ByteReader {
 public:
  explicit ByteReader(ByteView from) : rest_(from) {}

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  /// Exactly `size` bytes, or an empty view after a failure.
  ByteView raw(std::size_t size);
  /// A length-prefixed run of at most `limit` bytes.
  ByteView blob(std::size_t limit);

  template <std::size_t N>
  std::array<std::uint8_t, N> array() {
    std::array<std::uint8_t, N> out{};
    const ByteView view = raw(N);
    if (view.size() == N) {
      std::copy(view.begin(), view.end(), out.begin());
    }
    return out;
  }

  bool failed() const { return failed_; }

  std::size_t remaining() const { return rest_.size(); }

  /// peer_malformed unless everything was read, and nothing beyond the end.
  Status finish(std::string_view what) const;

 private:
  ByteView rest_;
  bool failed_ = false;
};

}  // namespace tercet
