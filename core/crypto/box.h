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

/// An X25519 public key that anybody can seal a message to (libsodium's sealed box: X25519,
/// XSalsa20-Poly1305; the sender stays anonymous, and binds its context inside the message).
class BoxPublicKey {
 public:
  static constexpr std::size_t kBytes = 32;
  static constexpr std::size_t kOverheadBytes = 48;
  BoxPublicKey() = default;

  /// Errors: invalid_argument (length).
  static Result<BoxPublicKey> from_bytes(ByteView bytes);
  static Result<BoxPublicKey> parse(std::string_view base64);

  /// Uses the system's random source for its one-time key.
  Bytes seal(const SecretBytes& message) const;

  std::string text() const;

  ByteView view() const { return bytes_; }

  bool operator==(const BoxPublicKey&) const = default;

 private:
  std::array<std::uint8_t, kBytes> bytes_{};
};

/// The private half. Move-only; any thread (immutable).
class BoxKey {
 public:
  static BoxKey generate(RandomSource& random);
  /// Errors: config_error.
  static Result<BoxKey> load(const std::string& path);
  /// Writes a new file, mode 0600. Errors: already_exists, io_error.
  Status save(const std::string& path) const;

  /// Errors: seal_broken.
  Result<SecretBytes> open(ByteView sealed) const;

  const BoxPublicKey& public_key() const { return public_key_; }

 private:
  explicit BoxKey(SecretBytes secret);

  SecretBytes secret_;
  BoxPublicKey public_key_;
};

}  // namespace tercet
