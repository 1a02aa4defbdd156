#include "core/crypto/key_file.h"

#include <algorithm>
#include <string>

#include "core/codec/base64.h"
#include "core/secret/secret_file.h"

namespace tercet {

Result<SecretBytes> load_key_file(const std::string& path,
                                  std::string_view kind,
                                  std::size_t key_bytes) {
  TERCET_TRY(const SecretBytes content, read_secret_line(path));
  const std::string_view text = as_text(content.expose(SecretAccess::grant()));
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos || text.substr(0, line) != kind) {
    return Error(Errc::config_error,
                 "read key file " + path + ": the first line is not " + std::string(kind));
  }
  Result<SecretBytes> key = base64_decode_secret(text.substr(line + 1));
  if (!key || key->size() != key_bytes) {
    return Error(Errc::config_error,
                 "read key file " + path + ": the second line is not Base64 of " +
                     std::to_string(key_bytes) + " bytes");
  }
  return key;
}

Status save_key_file(const std::string& path, std::string_view kind, const SecretBytes& key) {
  WipingString text(kind);
  text += '\n';
  text += base64_encode_wiping(key.expose(SecretAccess::grant()));
  text += '\n';
  return write_secret_file(path, SecretBytes::copy_of(as_bytes(text)));
}

}  // namespace tercet
