// Files with private keys, and files with AES keys to import. Oracles: what loads is the Base64,
// the raw bytes or the digits that the file holds, and nothing else.
#include "core/codec/base64.h"
#include "core/crypto/key_file.h"
#include "core/secret/access.h"
#include "node/cli/key_file.h"
#include "tests/fuzz/memory_file.h"

namespace {

using namespace tercet;  // NOLINT(google-build-using-namespace): fuzz body
using fuzz::require;

std::string trimmed(std::string text, std::string_view spaces) {
  text.erase(text.find_last_not_of(spaces) + 1);
  text.erase(0, text.find_first_not_of(spaces));
  return text;
}

}  // namespace

FUZZ_TARGET(key_file, input) {
  const fuzz::MemoryFile file(input);
  const std::string text(as_text(input));
  if (const Result<SecretBytes> key = load_key_file(file.path(), kSealingKeyKind)) {
    const std::string usual =
        std::string(kSealingKeyKind) + '\n' + base64_encode(key->expose(SecretAccess::grant()));
    require(trimmed(text, " \t\r\n") == usual, "a key file has one text");
  }
  if (const Result<SecretBytes> key = cli::read_key_file(file.path())) {
    const ByteView bytes = key->expose(SecretAccess::grant());
    require(bytes.size() == 32, "an AES-256 key");
    std::string digits = trimmed(text, "\r\n");
    const Result<Bytes> from_digits = from_hex(digits);
    require(to_bytes(bytes) == to_bytes(input) || (from_digits && *from_digits == to_bytes(bytes)),
            "raw bytes or hexadecimal digits");
  }
}
