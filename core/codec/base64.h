#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/secret/secret_bytes.h"

/// RFC 4648 section 4: alphabet with + and /, padding required. No table is indexed by the data, so
/// plaintexts and keys may pass through.
namespace tercet {

/// Characters that `bytes` bytes become.
constexpr std::size_t base64_size(std::size_t bytes) {
  return (bytes + 2) / 3 * 4;
}

std::string base64_encode(ByteView bytes);
/// The same into text that wipes itself, for plaintexts.
WipingString base64_encode_wiping(ByteView bytes);

/// Strict: whole groups of four, alphabet, padding only at the end, unused bits zero, no white
/// space. Empty text is empty bytes. Errors: invalid_argument.
Result<Bytes> base64_decode(std::string_view text);
/// The same into secret memory.
Result<SecretBytes> base64_decode_secret(std::string_view text);

}  // namespace tercet
