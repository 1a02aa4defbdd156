#include "tests/e2e/needles.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>
#include <iterator>

#include "core/base/check.h"
#include "core/codec/base64.h"

namespace tercet::test {
namespace {

constexpr std::size_t kLeastBytes = 8;
constexpr std::size_t kBase64Group = 3;

/// The characters that depend on the bytes alone if `skew` others stand before them in a group.
std::string base64_within(ByteView bytes, std::size_t skew) {
  std::string shifted(skew, ' ');
  shifted += as_text(bytes);
  shifted.resize(shifted.size() / kBase64Group * kBase64Group);
  const std::string text = base64_encode(as_bytes(shifted));
  return skew == 0 ? text : text.substr(4);
}

}  // namespace

Needle::Needle(std::string what, ByteView bytes) : what_(std::move(what)) {
  TERCET_CHECK(bytes.size() >= kLeastBytes);
  std::string upper = to_hex(bytes);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char letter) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  });
  forms_ = {{"raw", std::string(as_text(bytes))}, {"hex", to_hex(bytes)}, {"HEX", upper}};
  for (std::size_t skew = 0; skew < kBase64Group; ++skew) {
    forms_.emplace_back("Base64", base64_within(bytes, skew));
  }
}

std::string Needle::found_in(std::string_view text) const {
  for (const auto& [form, bytes] : forms_) {
    if (contains(text, as_bytes(bytes))) {
      return form;
    }
  }
  return {};
}

bool contains(std::string_view text, ByteView bytes) {
  return ::memmem(text.data(), text.size(), bytes.data(), bytes.size()) != nullptr;
}

std::string read_whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace tercet::test
