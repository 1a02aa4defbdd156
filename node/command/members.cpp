#include "node/command/members.h"

namespace tercet::node {

using Json = nlohmann::json;

Error malformed_command(const std::string& why) {
  return Error(Errc::invalid_argument, "read a command: " + why)
      .hint("make commands with the tercet command of this version");
}

Result<Json> parse_object(std::string_view text, std::size_t limit) {
  if (text.size() > limit) {
    return malformed_command("it is too long");
  }
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    return malformed_command("it is not a JSON object");
  }
  return json;
}

const Json* Members::take(const char* name) {
  const auto found = object_.find(name);
  if (found == object_.end()) {
    return nullptr;
  }
  ++taken_;
  return &*found;
}

std::string Members::text(const char* name, std::size_t limit) {
  const Json* value = take(name);
  if (value == nullptr || !value->is_string() ||
      value->get_ref<const std::string&>().size() > limit) {
    fail(name);
    return {};
  }
  return value->get<std::string>();
}

std::uint64_t Members::number(const char* name) {
  const Json* value = take(name);
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 53;
  if (value == nullptr || !value->is_number_unsigned() || value->get<std::uint64_t>() > kLimit) {
    fail(name);
    return 0;
  }
  return value->get<std::uint64_t>();
}

bool Members::boolean(const char* name) {
  const Json* value = take(name);
  if (value == nullptr || !value->is_boolean()) {
    fail(name);
    return false;
  }
  return value->get<bool>();
}

const Json* Members::array(const char* name, std::size_t limit) {
  const Json* value = take(name);
  if (value == nullptr || !value->is_array() || value->size() > limit) {
    fail(name);
    return nullptr;
  }
  return value;
}

const Json* Members::object(const char* name) {
  const Json* value = take(name);
  if (value == nullptr || !value->is_object()) {
    fail(name);
    return nullptr;
  }
  return value;
}

void Members::fail(const char* name) {
  if (wrong_.empty()) {
    wrong_ = name;
  }
}

Status Members::finish() const {
  if (!wrong_.empty()) {
    return malformed_command("the member \"" + wrong_ + "\" is missing or not as it must be");
  }
  if (taken_ != object_.size()) {
    return malformed_command("it has members that this version does not know");
  }
  return ok_status();
}

}  // namespace tercet::node
