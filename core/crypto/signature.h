#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/random/random.h"
#include "core/secret/secret_bytes.h"

namespace tercet {

inline constexpr std::size_t kSignatureBytes = 64;
using Signature = std::array<std::uint8_t, kSignatureBytes>;

/// An Ed25519 public key (RFC 8032). A value; any thread.
class PublicKey {
 public:
  static constexpr std::size_t kBytes = 32;
  PublicKey() = default;

  /// Errors: invalid_argument (length; not a point of full order).
  static Result<PublicKey> from_bytes(ByteView bytes);
  /// From `text()`.
  static Result<PublicKey> parse(std::string_view base64);

  bool verify(ByteView message, ByteView signature) const;

  /// Base64, as configuration files carry it.
  std::string text() const;

  ByteView view() const { return bytes_; }

  bool operator==(const PublicKey&) const = default;

 private:
  std::array<std::uint8_t, kBytes> bytes_{};
};

/// An Ed25519 private key. Move-only; any thread (immutable).
class SigningKey {
 public:
  static SigningKey generate(RandomSource& random);
  /// From `save()` (key_file.h tells the format). Errors: config_error.
  static Result<SigningKey> load(const std::string& path);

  /// Writes a new file, mode 0600. Errors: already_exists, io_error.
  Status save(const std::string& path) const;

  Signature sign(ByteView message) const;

  const PublicKey& public_key() const { return public_key_; }

 private:
  explicit SigningKey(SecretBytes seed);

  SecretBytes seed_;     ///< 32 bytes
  SecretBytes private_;  ///< libsodium's 64
  PublicKey public_key_;
};

}  // namespace tercet
