#include "core/sigv4/canonical_request.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/base/bytes.h"
#include "core/crypto/hash.h"
#include "core/sigv4/authorization.h"

namespace tercet::sigv4 {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view any_case, std::string_view lower_case) {
  return std::equal(
      any_case.begin(), any_case.end(), lower_case.begin(), lower_case.end(), [](char a, char b) {
        return lower(a) == b;
      });
}

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

/// Trimmed, runs of white space folded to one space.
std::string folded(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (!is_space(c)) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  if (!out.empty() && out.back() == ' ') {
    out.pop_back();
  }
  return out;
}

/// Days since 1970-01-01 in the Gregorian calendar (Howard Hinnant's days_from_civil).
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

std::int64_t days_in_month(std::int64_t year, std::int64_t month) {
  constexpr std::array<std::int64_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

}  // namespace

std::optional<std::string_view> single_header(std::span<const Header> headers,
                                              std::string_view lower_case_name) {
  std::optional<std::string_view> found;
  for (const Header& header : headers) {
    if (same_name(header.first, lower_case_name)) {
      if (found) {
        return std::nullopt;
      }
      found = header.second;
    }
  }
  return found;
}

std::size_t header_count(std::span<const Header> headers, std::string_view lower_case_name) {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(), [&](const Header& header) {
        return same_name(header.first, lower_case_name);
      }));
}

Result<std::string> canonical_request(const RequestView& request,
                                      std::span<const std::string> signed_headers,
                                      std::string_view signed_headers_text,
                                      const BodyHash& body_sha256) {
  if (request.target.find('?') != std::string_view::npos) {
    return Error(Errc::not_authenticated, "canonical request: the target has a query string");
  }
  std::string out(request.method);
  out += '\n';
  out += request.target;
  out += "\n\n";
  for (const std::string& name : signed_headers) {
    out += name;
    out += ':';
    std::size_t count = 0;
    for (const Header& header : request.headers) {
      if (same_name(header.first, name)) {
        out += count++ > 0 ? "," : "";
        out += folded(header.second);
      }
    }
    if (count == 0) {
      return Error(Errc::not_authenticated, "canonical request: a signed header is absent");
    }
    out += '\n';
  }
  out += '\n';
  out += signed_headers_text;
  out += '\n';
  out += to_hex(body_sha256);
  return out;
}

std::string string_to_sign(std::string_view amz_date,
                           std::string_view scope,
                           std::string_view canonical_request) {
  std::string out(kAlgorithm);
  out += '\n';
  out += amz_date;
  out += '\n';
  out += scope;
  out += '\n';
  out += to_hex(sha256(as_bytes(canonical_request)));
  return out;
}

Result<std::int64_t> parse_amz_date(std::string_view text) {
  const Error bad(Errc::not_authenticated, "X-Amz-Date: not YYYYMMDDTHHMMSSZ or no real date");
  constexpr std::string_view kShape = "dddddddd-dddddd-";
  if (text.size() != kShape.size() || text[8] != 'T' || text[15] != 'Z') {
    return bad;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kShape[i] == 'd' && (text[i] < '0' || text[i] > '9')) {
      return bad;
    }
  }
  const auto number = [&](std::size_t at, std::size_t size) {
    std::int64_t value = 0;
    for (const char c : text.substr(at, size)) {
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const std::int64_t year = number(0, 4);
  const std::int64_t month = number(4, 2);
  const std::int64_t day = number(6, 2);
  const std::int64_t hour = number(9, 2);
  const std::int64_t minute = number(11, 2);
  const std::int64_t second = number(13, 2);
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 ||
      minute > 59 || second > 59) {
    return bad;
  }
  return days_from_civil(year, month, day) * kSecondsPerDay + hour * 3600 + minute * 60 + second;
}

std::string print_amz_date(std::int64_t seconds) {
  const std::int64_t days =
      (seconds >= 0 ? seconds : seconds - (kSecondsPerDay - 1)) / kSecondsPerDay;
  const std::int64_t of_day = seconds - days * kSecondsPerDay;
  // The inverse of days_from_civil.
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const std::int64_t day_of_era = shifted - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  const auto two = [](std::int64_t value) {
    return std::string(1, static_cast<char>('0' + value / 10)) +
           static_cast<char>('0' + value % 10);
  };
  return two(year / 100) + two(year % 100) + two(month) + two(day) + "T" + two(of_day / 3600) +
         two(of_day / 60 % 60) + two(of_day % 60) + "Z";
}

}  // namespace tercet::sigv4
