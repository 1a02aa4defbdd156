#include "tests/kms/input.h"

#include <algorithm>
#include <limits>

#include "core/codec/base64.h"

namespace tercet::kms {
namespace {

constexpr std::size_t kShownMax = 256;

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

std::string at_least(std::size_t size) {
  return "have length greater than or equal to " + std::to_string(size);
}

std::string at_most(std::size_t size) {
  return "have length less than or equal to " + std::to_string(size);
}

}  // namespace

std::string lower_camel(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z') {
    out[0] = static_cast<char>(out[0] - 'A' + 'a');
  }
  return out;
}

Input::Input(const Json& object) : Input(object, "", std::make_shared<Faults>()) {}

Input::Input(const Json& object, std::string path, std::shared_ptr<Faults> faults)
    : object_(&object), path_(std::move(path)), faults_(std::move(faults)) {}

const Json* Input::find(const char* member) const {
  const auto found = object_->find(member);
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

const Json* Input::find_of(const char* member, Json::value_t type) {
  const Json* found = find(member);
  if (found != nullptr && found->type() != type) {
    faults_->misformed = true;
    return nullptr;
  }
  return found;
}

std::string Input::path_of(const char* member) const {
  return path_ + lower_camel(member);
}

void Input::must(const char* member, const std::string* shown, const std::string& rule) {
  std::string quoted;
  if (shown != nullptr) {
    quoted = " '" + shown->substr(0, kShownMax) + "'";
  }
  faults_->list.push_back("Value" + quoted + " at '" + path_of(member) +
                          "' failed to satisfy constraint: Member must " + rule);
}

void Input::require(const char* member) {
  if (!has(member)) {
    faults_->list.push_back("Value null at '" + path_of(member) +
                            "' failed to satisfy constraint: Member must not be null");
  }
}

void Input::check_text(const char* member, const std::string& value, const TextRule& rule) {
  const std::string* shown = rule.secret ? nullptr : &value;
  const std::size_t length = characters(value);
  if (length < rule.min) {
    must(member, shown, at_least(rule.min));
  }
  if (length > rule.max) {
    must(member, shown, at_most(rule.max));
  }
  if (rule.matches != nullptr && !rule.matches(value)) {
    must(member, shown, std::string("satisfy regular expression pattern: ") + rule.pattern);
  }
}

std::optional<std::string> Input::text(const char* member, const TextRule& rule) {
  const Json* found = find_of(member, Json::value_t::string);
  if (found == nullptr) {
    return std::nullopt;
  }
  std::string value = found->get<std::string>();
  check_text(member, value, rule);
  return value;
}

std::string Input::required_text(const char* member, const TextRule& rule) {
  require(member);
  return text(member, rule).value_or("");
}

std::optional<std::string> Input::choice(const char* member,
                                         const std::vector<std::string_view>& values) {
  std::optional<std::string> value = text(member, TextRule(0, kShownMax));
  if (value && std::find(values.begin(), values.end(), *value) == values.end()) {
    std::string list;
    for (const std::string_view known : values) {
      list += (list.empty() ? "" : ", ") + std::string(known);
    }
    must(member, &*value, "satisfy enum value set: [" + list + "]");
  }
  return value;
}

std::optional<std::int64_t> Input::integer(const char* member,
                                           std::int64_t least,
                                           std::int64_t most) {
  const Json* found = find(member);
  if (found == nullptr) {
    return std::nullopt;
  }
  if (!found->is_number_integer()) {
    faults_->misformed = true;
    return std::nullopt;
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  const std::int64_t value =
      found->is_number_unsigned()
          ? static_cast<std::int64_t>(std::min(found->get<std::uint64_t>(), kMost))
          : found->get<std::int64_t>();
  const std::string shown = std::to_string(value);
  if (value < least) {
    must(member, &shown, "have value greater than or equal to " + std::to_string(least));
  }
  if (value > most) {
    must(member, &shown, "have value less than or equal to " + std::to_string(most));
  }
  return value;
}

bool Input::flag(const char* member) {
  const Json* found = find_of(member, Json::value_t::boolean);
  return found != nullptr && found->get<bool>();
}

std::optional<Bytes> Input::blob(const char* member, std::size_t least, std::size_t most) {
  const Json* found = find_of(member, Json::value_t::string);
  if (found == nullptr) {
    return std::nullopt;
  }
  Result<Bytes> bytes = base64_decode(found->get_ref<const std::string&>());
  if (!bytes) {
    faults_->misformed = true;
    return std::nullopt;
  }
  if (bytes->size() < least) {
    must(member, nullptr, at_least(least));
  }
  if (bytes->size() > most) {
    must(member, nullptr, at_most(most));
  }
  return std::move(bytes).value();
}

Bytes Input::required_blob(const char* member, std::size_t least, std::size_t most) {
  require(member);
  return blob(member, least, most).value_or(Bytes());
}

TextMap Input::map(const char* member) {
  TextMap out;
  const Json* found = find_of(member, Json::value_t::object);
  if (found == nullptr) {
    return out;
  }
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string()) {
      faults_->misformed = true;
      return out;
    }
    out[name] = value.get<std::string>();
  }
  return out;
}

std::vector<const Json*> Input::elements(const char* member, std::size_t most, Json::value_t type) {
  std::vector<const Json*> out;
  const Json* found = find_of(member, Json::value_t::array);
  if (found == nullptr) {
    return out;
  }
  if (found->size() > most) {
    must(member, nullptr, at_most(most));
  }
  for (const Json& element : *found) {
    if (element.type() != type) {
      faults_->misformed = true;
      return {};
    }
    out.push_back(&element);
  }
  return out;
}

std::vector<std::string> Input::texts(const char* member, std::size_t most, const TextRule& rule) {
  std::vector<std::string> out;
  for (const Json* element : elements(member, most, Json::value_t::string)) {
    out.push_back(element->get<std::string>());
    check_text(member, out.back(), rule);
  }
  return out;
}

std::vector<Input> Input::objects(const char* member, std::size_t most) {
  std::vector<Input> out;
  for (const Json* element : elements(member, most, Json::value_t::object)) {
    const std::string place = path_of(member) + "." + std::to_string(out.size() + 1);
    out.push_back(Input(*element, place + ".member.", faults_));
  }
  return out;
}

std::optional<Input> Input::nested(const char* member) {
  const Json* found = find_of(member, Json::value_t::object);
  if (found == nullptr) {
    return std::nullopt;
  }
  return Input(*found, path_of(member) + ".", faults_);
}

Verdict Input::done() const {
  if (faults_->misformed) {
    return Fault("SerializationException", "A member of the request has the wrong JSON type.");
  }
  const std::size_t count = faults_->list.size();
  if (count == 0) {
    return fine();
  }
  std::string message = std::to_string(count) +
                        (count == 1 ? " validation error" : " validation errors") + " detected: ";
  for (std::size_t i = 0; i < count; ++i) {
    message += (i == 0 ? "" : "; ") + faults_->list[i];
  }
  return Fault("ValidationException", std::move(message));
}

}  // namespace tercet::kms
