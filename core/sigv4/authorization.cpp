#include "core/sigv4/authorization.h"

#include <algorithm>
#include <optional>

#include "core/base/bytes.h"

namespace tercet::sigv4 {
namespace {

constexpr std::size_t kScopeParts = 5;
constexpr std::size_t kDateCharacters = 8;
constexpr std::size_t kSignatureCharacters = 64;

Error bad(const char* what) {
  return Error(Errc::not_authenticated, what);
}

std::string_view without_spaces(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(at + 1);
  }
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_lower_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

Status read_credential(std::string_view text, Authorization& into) {
  const std::vector<std::string_view> parts = split(text, '/');
  if (parts.size() != kScopeParts || parts[4] != kTerminator) {
    return bad("authorization: the credential's scope has not five parts or another end");
  }
  if (parts[0].empty() || parts[1].size() != kDateCharacters || !all_digits(parts[1]) ||
      parts[2].empty() || parts[3].empty()) {
    return bad("authorization: a part of the credential is empty or ill formed");
  }
  into.access_key_id = parts[0];
  into.date = parts[1];
  into.region = parts[2];
  into.service = parts[3];
  return ok_status();
}

Status read_signed_headers(std::string_view text, Authorization& into) {
  const std::vector<std::string_view> names = split(text, ';');
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!is_lower_header_name(names[i]) || (i > 0 && names[i - 1] >= names[i])) {
      return bad("authorization: the signed headers are not sorted, lower case and unrepeated");
    }
    into.signed_headers.emplace_back(names[i]);
  }
  for (const std::string_view needed : {"host", "x-amz-date"}) {
    if (std::find(names.begin(), names.end(), needed) == names.end()) {
      return bad("authorization: host or x-amz-date is not signed");
    }
  }
  into.signed_headers_text = text;
  return ok_status();
}

Status read_signature(std::string_view text, Authorization& into) {
  if (text.size() != kSignatureCharacters || !is_lower_hex(text)) {
    return bad("authorization: the signature is not 64 lower-case hexadecimal digits");
  }
  TERCET_TRY(const Bytes bytes, from_hex(text));
  std::copy(bytes.begin(), bytes.end(), into.signature.begin());
  return ok_status();
}

}  // namespace

Result<Authorization> parse_authorization(std::string_view value) {
  const std::string start = std::string(kAlgorithm) + " ";
  if (!value.starts_with(start)) {
    return bad("authorization: another algorithm");
  }
  std::optional<std::string_view> credential;
  std::optional<std::string_view> signed_headers;
  std::optional<std::string_view> signature;
  for (const std::string_view raw : split(value.substr(start.size()), ',')) {
    const std::string_view part = without_spaces(raw);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      return bad("authorization: a part without a value");
    }
    const std::string_view name = part.substr(0, equals);
    std::optional<std::string_view>* into = nullptr;
    if (name == "Credential") {
      into = &credential;
    } else if (name == "SignedHeaders") {
      into = &signed_headers;
    } else if (name == "Signature") {
      into = &signature;
    }
    if (into == nullptr || into->has_value()) {
      return bad("authorization: an unknown or repeated part");
    }
    *into = part.substr(equals + 1);
  }
  if (!credential || !signed_headers || !signature) {
    return bad("authorization: a part is missing");
  }
  Authorization out;
  TERCET_TRY_STATUS(read_credential(*credential, out));
  TERCET_TRY_STATUS(read_signed_headers(*signed_headers, out));
  TERCET_TRY_STATUS(read_signature(*signature, out));
  return out;
}

}  // namespace tercet::sigv4
