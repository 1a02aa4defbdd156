#include "node/cli/key_file.h"

#include "core/secret/access.h"
#include "core/secret/secret_file.h"

namespace tercet::cli {
namespace {

constexpr std::size_t kKeyBytes = 32;

/// 0 to 15, or 16 for anything else. Whether a file holds digits at all is not a secret; which ones
/// is, so no table is indexed by them.
unsigned digit_value(std::uint8_t character) {
  const unsigned c = character;
  const unsigned number = c - '0';
  const unsigned letter = (c | 0x20U) - 'a';
  if (number < 10) {
    return number;
  }
  return letter < 6 ? letter + 10 : 16;
}

}  // namespace

Result<SecretBytes> read_key_file(const std::string& path) {
  TERCET_TRY(SecretBytes content, read_secret_file(path, 4 * kKeyBytes));
  ByteView text = content.expose(SecretAccess::grant());
  if (text.size() == kKeyBytes) {
    return content;
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text = text.first(text.size() - 1);
  }
  const Error wrong = Error(Errc::invalid_argument, "the key file does not hold an AES-256 key")
                          .hint("it is 32 raw bytes, or 64 hexadecimal digits");
  if (text.size() != 2 * kKeyBytes) {
    return wrong;
  }
  SecretBytes key(kKeyBytes);
  const MutableByteView into = key.expose_mutable(SecretAccess::grant());
  unsigned highest = 0;
  for (std::size_t i = 0; i < kKeyBytes; ++i) {
    const unsigned high = digit_value(text[2 * i]);
    const unsigned low = digit_value(text[2 * i + 1]);
    highest |= high | low;
    into[i] = static_cast<std::uint8_t>(high << 4U | (low & 15U));
  }
  if (highest >= 16) {
    return wrong;
  }
  return key;
}

}  // namespace tercet::cli
