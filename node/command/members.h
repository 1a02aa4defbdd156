#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tercet::node {

/// A document that is not one of ours. Errc::invalid_argument.
Error malformed_command(const std::string& why);

/// A JSON object of at most `limit` bytes of text.
Result<nlohmann::json> parse_object(std::string_view text, std::size_t limit);

/// Takes the members of an object one by one and knows at the end whether one was left. A read that
/// fails gives an empty value; `finish` tells. `object` outlives it.
class Members {
 public:
  explicit Members(const nlohmann::json& object) : object_(object) {}

  std::string text(const char* name, std::size_t limit);
  /// At most 2^53, which every JSON reader keeps.
  std::uint64_t number(const char* name);
  bool boolean(const char* name);

  template <std::size_t N>
  std::array<std::uint8_t, N> hex(const char* name) {
    std::array<std::uint8_t, N> out{};
    const Result<Bytes> bytes = from_hex(text(name, 2 * N));
    if (!bytes || bytes->size() != N) {
      fail(name);
      return out;
    }
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
  }

  /// Null where it fails.
  const nlohmann::json* array(const char* name, std::size_t limit);
  const nlohmann::json* object(const char* name);

  void fail(const char* name);

  /// Errors: invalid_argument (a member is missing, is not as it must be, or is not known).
  Status finish() const;

 private:
  const nlohmann::json* take(const char* name);

  const nlohmann::json& object_;
  std::size_t taken_ = 0;
  std::string wrong_;
};

}  // namespace tercet::node
