#include "core/base/ids.h"

#include <algorithm>

namespace tercet {
namespace {

constexpr std::size_t kKeyIdCharactersMax = 128;

bool is_key_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

}  // namespace

Result<KeyId> KeyId::parse(std::string_view text) {
  if (text.empty() || text.size() > kKeyIdCharactersMax ||
      !std::all_of(text.begin(), text.end(), is_key_id_character)) {
    return Error(Errc::invalid_argument,
                 "read key id: not 1 to 128 characters of a-z A-Z 0-9 - . _")
        .hint("choose another id");
  }
  if (text == "." || text == "..") {
    return Error(Errc::invalid_argument, "read key id: '.' and '..' cannot be used in URIs")
        .hint("choose another id");
  }
  return KeyId(std::string(text));
}

}  // namespace tercet
