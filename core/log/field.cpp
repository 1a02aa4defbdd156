#include "core/log/field.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace tercet {
namespace {

/// Length of the well-formed UTF-8 sequence at the start of `text`; 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = at(0);
  std::size_t length = 0;
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4;
  }
  if (length == 0 || text.size() < length) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0U) != 0x80U) {
      return 0;
    }
  }
  const unsigned second = at(1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool beyond = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  return overlong || beyond ? 0 : length;
}

void append_escaped(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (c < 0x20 || c == 0x7f) {
    static constexpr char kDigits[] = "0123456789abcdef";
    out += "\\u00";
    out += kDigits[c >> 4U];
    out += kDigits[c & 15U];
    return;
  }
  out += static_cast<char>(c);
}

}  // namespace

std::string json_quote(std::string_view text, std::size_t bytes_max) {
  std::string out = "\"";
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = utf8_length(text.substr(at));
    if (at + (length == 0 ? 1 : length) > bytes_max) {
      out += "...";
      break;
    }
    if (length == 0) {
      out += "\\ufffd";
      ++at;
    } else if (length == 1) {
      append_escaped(out, static_cast<unsigned char>(text[at]));
      ++at;
    } else {
      out += text.substr(at, length);
      at += length;
    }
  }
  out += '"';
  return out;
}

Field field(std::string_view name, PublicText value) {
  return {name, json_quote(value.text())};
}

Field field(std::string_view name, const KeyId& value) {
  return {name, json_quote(value.text())};
}

Field field(std::string_view name, Errc value) {
  return {name, json_quote(errc_name(value))};
}

Field field(std::string_view name, const Error& value) {
  return {name,
          "{\"code\":" + json_quote(errc_name(value.code())) +
              ",\"text\":" + json_quote(value.what()) +
              (value.hint().empty() ? "" : ",\"hint\":" + json_quote(value.hint())) + "}"};
}

Field field(std::string_view name, std::chrono::nanoseconds value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(),
                text.size(),
                "%.6f",
                std::chrono::duration_cast<std::chrono::duration<double>>(value).count());
  return {name, text.data()};
}

std::string print_fields(std::initializer_list<Field> fields) {
  std::string out = "{";
  for (const Field& each : fields) {
    if (out.size() > 1) {
      out += ',';
    }
    out += json_quote(each.name()) + ':' + each.json_value();
  }
  return out + '}';
}

std::string print_time(std::int64_t wall_milliseconds) {
  const std::int64_t milliseconds = ((wall_milliseconds % 1000) + 1000) % 1000;
  const std::time_t seconds = (wall_milliseconds - milliseconds) / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> date{};
  const std::size_t length = std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string out(date.data(), length);
  std::string digits = std::to_string(milliseconds);
  digits.insert(0, 3 - digits.size(), '0');
  return out + '.' + digits + 'Z';
}

}  // namespace tercet
