// Arithmetic on ranges instead of tables: every character costs the same operations, so nothing
// about the data shows in time or addresses (rule S6). Only sizes and validity are public.

#include "core/codec/base64.h"

#include <array>

namespace tercet {
namespace {

/// 0xff if low <= value < high, else 0; all below 256.
constexpr unsigned in_range(unsigned value, unsigned low, unsigned high) {
  return (((low - 1U - value) & (value - high)) >> 8U) & 0xffU;
}

constexpr std::uint8_t to_char(unsigned six) {
  return static_cast<std::uint8_t>((in_range(six, 0, 26) & (six + 'A')) |
                                   (in_range(six, 26, 52) & (six + 'a' - 26U)) |
                                   (in_range(six, 52, 62) & (six + '0' - 52U)) |
                                   (in_range(six, 62, 63) & '+') | (in_range(six, 63, 64) & '/'));
}

/// The six bits, with bit 8 set where the character is not of the alphabet.
constexpr unsigned from_char(unsigned c) {
  const unsigned upper = in_range(c, 'A', 'Z' + 1);
  const unsigned lower = in_range(c, 'a', 'z' + 1);
  const unsigned digit = in_range(c, '0', '9' + 1);
  const unsigned plus = in_range(c, '+', '+' + 1);
  const unsigned slash = in_range(c, '/', '/' + 1);
  const unsigned known = upper | lower | digit | plus | slash;
  return (upper & (c - 'A')) | (lower & (c - 'a' + 26U)) | (digit & (c - '0' + 52U)) |
         (plus & 62U) | (slash & 63U) | ((~known & 1U) << 8U);
}

static_assert(to_char(0) == 'A' && to_char(25) == 'Z' && to_char(26) == 'a' && to_char(63) == '/');
static_assert(from_char('A') == 0 && from_char('9') == 61 && from_char('=') == 256);

template <class Text>
Text encode(ByteView bytes) {
  Text out;
  out.resize(base64_size(bytes.size()), '=');
  std::size_t at = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = bytes.size() - i;
    const unsigned group = static_cast<unsigned>(bytes[i]) << 16U |
                           (have > 1 ? static_cast<unsigned>(bytes[i + 1]) << 8U : 0U) |
                           (have > 2 ? static_cast<unsigned>(bytes[i + 2]) : 0U);
    out[at] = static_cast<char>(to_char(group >> 18U));
    out[at + 1] = static_cast<char>(to_char(group >> 12U & 63U));
    if (have > 1) {
      out[at + 2] = static_cast<char>(to_char(group >> 6U & 63U));
    }
    if (have > 2) {
      out[at + 3] = static_cast<char>(to_char(group & 63U));
    }
    at += 4;
  }
  return out;
}

Error not_base64() {
  return Error(Errc::invalid_argument, "not Base64 as RFC 4648 section 4 has it");
}

/// Bytes that well-formed text of this length and padding becomes.
Result<std::size_t> decoded_size(std::string_view text) {
  if (text.size() % 4 != 0) {
    return not_base64();
  }
  std::size_t padding = 0;
  if (text.ends_with("==")) {
    padding = 2;
  } else if (text.ends_with('=')) {
    padding = 1;
  }
  return text.size() / 4 * 3 - padding;
}

/// Fills `out` and returns whether all characters and unused bits were right.
bool decode_into(std::string_view text, MutableByteView out) {
  unsigned wrong = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t left = out.size() - at;
    const std::size_t characters = left >= 3 ? 4 : left + 1;
    unsigned group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const unsigned six = k < characters ? from_char(static_cast<std::uint8_t>(text[i + k])) : 0U;
      wrong |= six & 256U;
      group = group << 6U | (six & 63U);
    }
    for (std::size_t k = 0; k < 3; ++k) {
      const auto byte = static_cast<std::uint8_t>(group >> (16U - 8U * k));
      if (k < left) {
        out[at + k] = byte;
      } else {
        wrong |= byte;  // bits beyond the end must be zero
      }
    }
    at += left >= 3 ? 3 : left;
  }
  return wrong == 0;
}

}  // namespace

std::string base64_encode(ByteView bytes) {
  return encode<std::string>(bytes);
}

WipingString base64_encode_wiping(ByteView bytes) {
  return encode<WipingString>(bytes);
}

Result<Bytes> base64_decode(std::string_view text) {
  TERCET_TRY(const std::size_t size, decoded_size(text));
  Bytes out(size);
  if (!decode_into(text, out)) {
    return not_base64();
  }
  return out;
}

Result<SecretBytes> base64_decode_secret(std::string_view text) {
  TERCET_TRY(const std::size_t size, decoded_size(text));
  SecretBytes out(size);
  if (!decode_into(text, out.expose_mutable(SecretAccess::grant()))) {
    return not_base64();
  }
  return out;
}

}  // namespace tercet
