#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tercet::xks {

/// Bounds of a document; nothing over them is built.
struct JsonLimits {
  std::size_t depth = 8;
  std::size_t members = 64;  ///< of one object
  std::size_t elements = 4096;
  std::size_t number_characters = 64;
};

/// A parsed JSON value that wipes what it frees, for bodies that carry plaintext. Parsed in one
/// pass without copies on the side (the general library keeps the last token in memory that is not
/// wiped). Move-only; members keep their order.
class SecretJson {
 public:
  enum class Kind { null, boolean, number, string, array, object };
  using Member = std::pair<WipingString, SecretJson>;

  SecretJson() = default;
  SecretJson(SecretJson&&) noexcept = default;
  SecretJson& operator=(SecretJson&&) noexcept = default;
  SecretJson(const SecretJson&) = delete;
  SecretJson& operator=(const SecretJson&) = delete;

  /// Exactly one value in valid UTF-8 without a byte order mark, with only white space around it.
  /// Escapes are resolved; a lone surrogate, a control character, a member given twice in one
  /// object and anything over `limits` are refused. Errors: invalid_argument.
  static Result<SecretJson> parse(ByteView text, const JsonLimits& limits);
  static Result<SecretJson> parse(ByteView text);

  Kind kind() const { return kind_; }

  bool is_object() const { return kind_ == Kind::object; }

  bool is_array() const { return kind_ == Kind::array; }

  /// The text of a string; nothing for other kinds.
  std::optional<std::string_view> string() const;
  std::optional<bool> boolean() const;
  /// Only numbers written as integers that fit; never rounded.
  std::optional<std::int64_t> integer() const;
  /// The number as written.
  std::optional<std::string_view> number_text() const;

  /// The member, or null if absent, JSON null, or this is no object.
  const SecretJson* find(std::string_view name) const;

  const std::vector<Member>& members() const { return members_; }

  const std::vector<SecretJson>& elements() const { return elements_; }

 private:
  friend class SecretJsonParser;
  Kind kind_ = Kind::null;
  bool boolean_ = false;
  WipingString text_;
  std::vector<SecretJson> elements_;
  std::vector<Member> members_;
};

/// Appends `text` as a JSON string with quotes. `text` is valid UTF-8 (what is not becomes U+FFFD).
void append_json_string(Bytes& out, std::string_view text);
void append_json_string(std::string& out, std::string_view text);

}  // namespace tercet::xks
