#include "core/xks/secret_json.h"

// A recursive-descent parser of RFC 8259 over bytes. Every string is built in a buffer that wipes
// itself; nothing else keeps text. Depth, members, elements and digits are bounded before they are
// built, so that no input costs more than a few times its own size.

#include <algorithm>
#include <charconv>

namespace tercet::xks {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

bool is_continuation(std::uint8_t byte) {
  return (byte & 0xc0U) == 0x80;
}

/// Length of the valid UTF-8 sequence at the front, or 0 (overlong, surrogate, above U+10FFFF,
/// cut).
std::size_t utf8_length(ByteView text) {
  const std::uint8_t first = text[0];
  if (first < 0x80) {
    return 1;
  }
  const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : std::uint8_t{0}; };
  if (first >= 0xc2 && first <= 0xdf) {
    return is_continuation(at(1)) ? 2 : 0;
  }
  if (first >= 0xe0 && first <= 0xef) {
    const bool second_ok = is_continuation(at(1)) && (first != 0xe0 || at(1) >= 0xa0) &&
                           (first != 0xed || at(1) <= 0x9f);
    return second_ok && is_continuation(at(2)) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool second_ok = is_continuation(at(1)) && (first != 0xf0 || at(1) >= 0x90) &&
                           (first != 0xf4 || at(1) <= 0x8f);
    return second_ok && is_continuation(at(2)) && is_continuation(at(3)) ? 4 : 0;
  }
  return 0;
}

template <class Out>
void put(Out& out, std::uint32_t byte) {
  out.push_back(static_cast<typename Out::value_type>(byte));
}

template <class Out>
void put_utf8(Out& out, std::uint32_t code) {
  if (code < 0x80) {
    put(out, code);
  } else if (code < 0x800) {
    put(out, 0xc0U | (code >> 6U));
    put(out, 0x80U | (code & 0x3fU));
  } else if (code < 0x10000) {
    put(out, 0xe0U | (code >> 12U));
    put(out, 0x80U | ((code >> 6U) & 0x3fU));
    put(out, 0x80U | (code & 0x3fU));
  } else {
    put(out, 0xf0U | (code >> 18U));
    put(out, 0x80U | ((code >> 12U) & 0x3fU));
    put(out, 0x80U | ((code >> 6U) & 0x3fU));
    put(out, 0x80U | (code & 0x3fU));
  }
}

template <class Out>
void append_string(Out& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  put(out, '"');
  ByteView rest = as_bytes(text);
  while (!rest.empty()) {
    const std::size_t length = utf8_length(rest);
    const std::uint8_t first = rest[0];
    if (length == 0) {
      put_utf8(out, kReplacement);
    } else if (first == '"' || first == '\\') {
      put(out, '\\');
      put(out, first);
    } else if (first == '\n') {
      put(out, '\\');
      put(out, 'n');
    } else if (first < 0x20 || first == 0x7f) {
      for (const char c : std::string_view("\\u00")) {
        put(out, static_cast<std::uint8_t>(c));
      }
      put(out, static_cast<std::uint8_t>(kHex[first >> 4U]));
      put(out, static_cast<std::uint8_t>(kHex[first & 15U]));
    } else {
      for (const std::uint8_t byte : rest.first(length)) {
        put(out, byte);
      }
    }
    rest = rest.subspan(length == 0 ? 1 : length);
  }
  put(out, '"');
}

}  // namespace

/// One pass over one document. After a failure nothing more is read.
class SecretJsonParser {
 public:
  SecretJsonParser(ByteView text, const JsonLimits& limits) : rest_(text), limits_(limits) {}

  Result<SecretJson> document() {
    SecretJson value;
    skip_space();
    parse_value(value, 0);
    skip_space();
    if (failed_ || !rest_.empty()) {
      return Error(Errc::invalid_argument, "JSON: not exactly one well-formed value");
    }
    return value;
  }

 private:
  void fail() {
    failed_ = true;
    rest_ = {};
  }

  std::uint8_t peek() const { return rest_.empty() ? std::uint8_t{0} : rest_[0]; }

  void skip(std::size_t count) { rest_ = rest_.subspan(count); }

  void skip_space() {
    while (!rest_.empty() &&
           (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) {
      skip(1);
    }
  }

  bool take(char wanted) {
    if (rest_.empty() || peek() != static_cast<std::uint8_t>(wanted)) {
      return false;
    }
    skip(1);
    return true;
  }

  void expect(std::string_view word) {
    if (!as_text(rest_).starts_with(word)) {
      fail();
      return;
    }
    skip(word.size());
  }

  void parse_value(SecretJson& into, std::size_t depth) {
    switch (peek()) {
      case '{':
        parse_object(into, depth + 1);
        break;
      case '[':
        parse_array(into, depth + 1);
        break;
      case '"':
        into.kind_ = SecretJson::Kind::string;
        parse_string(into.text_);
        break;
      case 't':
        into.kind_ = SecretJson::Kind::boolean;
        into.boolean_ = true;
        expect("true");
        break;
      case 'f':
        into.kind_ = SecretJson::Kind::boolean;
        expect("false");
        break;
      case 'n':
        expect("null");
        break;
      default:
        parse_number(into);
    }
  }

  void parse_object(SecretJson& into, std::size_t depth) {
    into.kind_ = SecretJson::Kind::object;
    skip(1);
    skip_space();
    if (depth > limits_.depth) {
      fail();
      return;
    }
    if (take('}')) {
      return;
    }
    while (!failed_) {
      skip_space();
      WipingString name;
      parse_string(name);
      const auto same = [&](const SecretJson::Member& member) { return member.first == name; };
      if (failed_ || into.members_.size() >= limits_.members ||
          std::any_of(into.members_.begin(), into.members_.end(), same)) {
        fail();
        return;
      }
      skip_space();
      if (!take(':')) {
        fail();
        return;
      }
      skip_space();
      into.members_.emplace_back(std::move(name), SecretJson());
      parse_value(into.members_.back().second, depth);
      skip_space();
      if (take('}')) {
        return;
      }
      if (!take(',')) {
        fail();
      }
    }
  }

  void parse_array(SecretJson& into, std::size_t depth) {
    into.kind_ = SecretJson::Kind::array;
    skip(1);
    skip_space();
    if (depth > limits_.depth) {
      fail();
      return;
    }
    if (take(']')) {
      return;
    }
    while (!failed_) {
      skip_space();
      if (into.elements_.size() >= limits_.elements) {
        fail();
        return;
      }
      parse_value(into.elements_.emplace_back(), depth);
      skip_space();
      if (take(']')) {
        return;
      }
      if (!take(',')) {
        fail();
      }
    }
  }

  void parse_string(WipingString& into) {
    if (!take('"')) {
      fail();
      return;
    }
    // Room for the whole string at once, so that it is not moved about while it grows.
    const auto end = std::find(rest_.begin(), rest_.end(), static_cast<std::uint8_t>('"'));
    into.reserve(static_cast<std::size_t>(end - rest_.begin()));
    while (!rest_.empty()) {
      const std::uint8_t first = peek();
      if (first == '"') {
        skip(1);
        return;
      }
      if (first == '\\') {
        skip(1);
        parse_escape(into);
        continue;
      }
      const std::size_t length = first < 0x20 ? 0 : utf8_length(rest_);
      if (length == 0) {
        break;
      }
      into.append(as_text(rest_.first(length)));
      skip(length);
    }
    fail();
  }

  void parse_escape(WipingString& into) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::uint8_t letter = peek();
    const std::size_t at = kLetters.find(static_cast<char>(letter));
    if (letter != 0 && at != std::string_view::npos) {
      into.push_back(kMeanings[at]);
      skip(1);
      return;
    }
    if (!take('u')) {
      fail();
      return;
    }
    std::uint32_t code = hex4();
    if (code >= 0xd800 && code <= 0xdbff) {
      expect("\\u");
      const std::uint32_t low = failed_ ? 0 : hex4();
      if (low < 0xdc00 || low > 0xdfff) {
        fail();
        return;
      }
      code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code <= 0xdfff) {
      fail();
    }
    if (!failed_) {
      put_utf8(into, code);
    }
  }

  std::uint32_t hex4() {
    std::uint32_t value = 0;
    if (rest_.size() < 4) {
      fail();
      return 0;
    }
    for (const std::uint8_t c : rest_.first(4)) {
      std::uint32_t digit = 16;
      if (c >= '0' && c <= '9') {
        digit = c - std::uint32_t{'0'};
      } else if (c >= 'a' && c <= 'f') {
        digit = c - std::uint32_t{'a'} + 10;
      } else if (c >= 'A' && c <= 'F') {
        digit = c - std::uint32_t{'A'} + 10;
      }
      if (digit > 15) {
        fail();
        return 0;
      }
      value = value * 16 + digit;
    }
    skip(4);
    return value;
  }

  std::size_t digits(SecretJson& into) {
    std::size_t count = 0;
    while (!rest_.empty() && peek() >= '0' && peek() <= '9') {
      into.text_.push_back(static_cast<char>(peek()));
      skip(1);
      if (++count > limits_.number_characters) {
        fail();
      }
    }
    return count;
  }

  bool keep(SecretJson& into, char wanted) {
    if (!take(wanted)) {
      return false;
    }
    into.text_.push_back(wanted);
    return true;
  }

  void parse_number(SecretJson& into) {
    into.kind_ = SecretJson::Kind::number;
    keep(into, '-');
    const bool leading_zero = peek() == '0';
    const std::size_t whole = digits(into);
    if (whole == 0 || (leading_zero && whole > 1)) {
      fail();
      return;
    }
    if (keep(into, '.') && digits(into) == 0) {
      fail();
      return;
    }
    if (keep(into, 'e') || keep(into, 'E')) {
      if (!keep(into, '+')) {
        keep(into, '-');
      }
      if (digits(into) == 0) {
        fail();
        return;
      }
    }
    if (into.text_.size() > limits_.number_characters) {
      fail();
    }
  }

  ByteView rest_;
  JsonLimits limits_;
  bool failed_ = false;
};

Result<SecretJson> SecretJson::parse(ByteView text, const JsonLimits& limits) {
  return SecretJsonParser(text, limits).document();
}

Result<SecretJson> SecretJson::parse(ByteView text) {
  return parse(text, JsonLimits());
}

std::optional<std::string_view> SecretJson::string() const {
  if (kind_ != Kind::string) {
    return std::nullopt;
  }
  return std::string_view(text_);
}

std::optional<bool> SecretJson::boolean() const {
  if (kind_ != Kind::boolean) {
    return std::nullopt;
  }
  return boolean_;
}

std::optional<std::int64_t> SecretJson::integer() const {
  if (kind_ != Kind::number) {
    return std::nullopt;
  }
  std::int64_t value = 0;
  const char* end = text_.data() + text_.size();
  const auto [stopped, error] = std::from_chars(text_.data(), end, value);
  if (error != std::errc() || stopped != end) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::string_view> SecretJson::number_text() const {
  if (kind_ != Kind::number) {
    return std::nullopt;
  }
  return std::string_view(text_);
}

const SecretJson* SecretJson::find(std::string_view name) const {
  for (const Member& member : members_) {
    if (std::string_view(member.first) == name) {
      return member.second.kind_ == Kind::null ? nullptr : &member.second;
    }
  }
  return nullptr;
}

void append_json_string(Bytes& out, std::string_view text) {
  append_string(out, text);
}

void append_json_string(std::string& out, std::string_view text) {
  append_string(out, text);
}

}  // namespace tercet::xks
