#include "core/xks/operation.h"

#include <algorithm>
#include <array>

namespace tercet::xks {
namespace {

constexpr std::string_view kApiPath = "/kms/xks/v1";
constexpr std::size_t kBasePathMax = 128;
constexpr std::string_view kHealth = "/health";
constexpr std::string_view kKeys = "/keys/";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool all_of(std::string_view text, bool (*allowed)(char)) {
  return std::all_of(text.begin(), text.end(), allowed);
}

std::optional<Operation> key_operation(std::string_view name) {
  if (name == "metadata") {
    return Operation::get_key_metadata;
  }
  if (name == "encrypt") {
    return Operation::encrypt;
  }
  if (name == "decrypt") {
    return Operation::decrypt;
  }
  return std::nullopt;
}

}  // namespace

std::string_view operation_name(Operation operation) noexcept {
  switch (operation) {
    case Operation::get_key_metadata:
      return "GetKeyMetadata";
    case Operation::encrypt:
      return "Encrypt";
    case Operation::decrypt:
      return "Decrypt";
    case Operation::get_health_status:
      break;
  }
  return "GetHealthStatus";
}

std::optional<Target> parse_target(std::string_view target, std::string_view base_path) {
  if (!target.starts_with(base_path)) {
    return std::nullopt;
  }
  const std::string_view rest = target.substr(base_path.size());
  Target out;
  if (rest == kHealth) {
    return out;
  }
  if (!rest.starts_with(kKeys)) {
    return std::nullopt;
  }
  const std::string_view id_and_operation = rest.substr(kKeys.size());
  const std::size_t slash = id_and_operation.find('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  Result<KeyId> key = KeyId::parse(id_and_operation.substr(0, slash));
  const std::optional<Operation> operation = key_operation(id_and_operation.substr(slash + 1));
  if (!key || !operation) {
    return std::nullopt;
  }
  out.operation = *operation;
  out.key = std::move(key).value();
  return out;
}

bool is_base_path(std::string_view text) {
  if (text.size() > kBasePathMax || !text.ends_with(kApiPath)) {
    return false;
  }
  const std::string_view prefix = text.substr(0, text.size() - kApiPath.size());
  if (prefix.empty()) {
    return true;
  }
  return prefix.front() == '/' && prefix.back() != '/' &&
         prefix.find("//") == std::string_view::npos && all_of(prefix, [](char c) {
           return is_letter_or_digit(c) || c == '/' || c == '-' || c == '_';
         });
}

bool is_access_key_id(std::string_view text) {
  constexpr std::size_t kMin = 20;
  constexpr std::size_t kMax = 30;
  return text.size() >= kMin && text.size() <= kMax &&
         all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7'); });
}

bool is_secret_access_key(std::string_view text) {
  constexpr std::size_t kMin = 43;
  constexpr std::size_t kMax = 64;
  return text.size() >= kMin && text.size() <= kMax && all_of(text, [](char c) {
           return is_letter_or_digit(c) || c == '+' || c == '/' || c == '=';
         });
}

}  // namespace tercet::xks
