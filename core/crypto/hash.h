#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

/// Hashes and derivations. One-shot functions and classes over views; the state of each is wiped
/// when freed. None can fail: wrong sizes are our own bugs (checked). Classes: one thread each.
namespace tercet {

inline constexpr std::size_t kSha256Bytes = 32;
using Sha256Digest = std::array<std::uint8_t, kSha256Bytes>;

/// FIPS 180-4.
Sha256Digest sha256(ByteView data);

/// Incremental SHA-256: `Sha256().update(a).update(b).finish()`. After finish() only destruction.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = default;
  Sha256& operator=(const Sha256&) = default;
  ~Sha256();

  Sha256& update(ByteView data);

  Sha256& update(std::string_view text) { return update(as_bytes(text)); }

  Sha256Digest finish();

 private:
  alignas(16) std::array<std::uint8_t, 112> state_{};
};

/// RFC 2104; a key of any length.
Sha256Digest hmac_sha256(ByteView key, ByteView data);

/// RFC 5869; `out` up to 255 * 32 bytes (checked).
void hkdf_sha256(ByteView ikm, ByteView salt, ByteView info, MutableByteView out);

/// FIPS 202 SHAKE256: absorb any number of times, then squeeze any number of times; the output
/// stream does not depend on how it is cut. Own code, constant time; compared with OpenSSL in
/// tests.
class Shake256 {
 public:
  Shake256() = default;
  Shake256(const Shake256&) = default;
  Shake256& operator=(const Shake256&) = default;
  ~Shake256();

  /// Before the first squeeze (checked).
  Shake256& absorb(ByteView data);

  Shake256& absorb(std::string_view text) { return absorb(as_bytes(text)); }

  void squeeze(MutableByteView out);

  template <std::size_t N>
  std::array<std::uint8_t, N> squeeze() {
    std::array<std::uint8_t, N> out{};
    squeeze(MutableByteView(out));
    return out;
  }

 private:
  static constexpr std::size_t kRateBytes = 136;

  std::array<std::uint64_t, 25> lanes_{};
  std::size_t position_ = 0;
  bool squeezing_ = false;
};

/// All of `in` absorbed, `out` filled.
void shake256(ByteView in, MutableByteView out);

/// BLAKE2b (RFC 7693) with 1 to 64 bytes of output and a key of 0 or 16 to 64 bytes.
void blake2b(ByteView key, ByteView data, MutableByteView out);

/// Keyed BLAKE2b with 32 bytes of output, incremental. After finish() only destruction.
class Blake2b {
 public:
  /// `key`: none, or 16 to 64 bytes.
  explicit Blake2b(ByteView key = {});
  Blake2b(const Blake2b&) = default;
  Blake2b& operator=(const Blake2b&) = default;
  ~Blake2b();

  Blake2b& update(ByteView data);

  Blake2b& update(std::string_view text) { return update(as_bytes(text)); }

  std::array<std::uint8_t, 32> finish();

 private:
  alignas(64) std::array<std::uint8_t, 384> state_{};
};

}  // namespace tercet
