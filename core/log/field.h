#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace tercet {

/// Text that the caller declares to be public: names, addresses, ARNs, error texts. Never a request
/// body, a header or anything secret (rule S3). Escaped and cut when printed.
class PublicText {
 public:
  explicit PublicText(std::string_view text) : text_(text) {}

  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

inline PublicText public_text(std::string_view text) {
  return PublicText(text);
}

/// One named value of a log line or record, already printed as JSON. Made by `field()`, which
/// accepts a closed set of types, so that a secret or a raw buffer does not compile.
class Field {
 public:
  Field(std::string_view name, std::string json_value)
      : name_(name), json_value_(std::move(json_value)) {}

  std::string_view name() const { return name_; }

  const std::string& json_value() const { return json_value_; }

 private:
  std::string_view name_;
  std::string json_value_;
};

/// The text as a JSON string with its quotes: control characters, quotes and backslashes escaped,
/// bytes that are not UTF-8 replaced, cut after `bytes_max` with a mark.
std::string json_quote(std::string_view text, std::size_t bytes_max = 1024);

/// bool itself, not what converts to it (every pointer would).
template <std::same_as<bool> T>
Field field(std::string_view name, T value) {
  return {name, value ? "true" : "false"};
}

Field field(std::string_view name, PublicText value);
Field field(std::string_view name, const KeyId& value);
Field field(std::string_view name, Errc value);
/// Code and text of the error.
Field field(std::string_view name, const Error& value);
/// Seconds with microseconds, as a number.
Field field(std::string_view name, std::chrono::nanoseconds value);

template <std::integral T>

requires(!std::same_as<T, bool> && !std::same_as<T, char>) Field
    field(std::string_view name, T value) {
  return Field(name, std::to_string(value));
}

/// Fixed text: a literal.
template <std::size_t N>
Field field(std::string_view name, const char (&literal)[N]) {
  return Field(name, json_quote(std::string_view(literal, N - 1)));
}

template <class Tag, std::size_t N>
Field field(std::string_view name, const ByteId<Tag, N>& value) {
  return Field(name, '"' + value.hex() + '"');
}

template <class Tag, class Rep>
Field field(std::string_view name, StrongInt<Tag, Rep> value) {
  return Field(name, std::to_string(value.value()));
}

/// {"name":value,...}
std::string print_fields(std::initializer_list<Field> fields);

/// "2026-01-31T23:59:59.123Z"
std::string print_time(std::int64_t wall_milliseconds);

}  // namespace tercet
