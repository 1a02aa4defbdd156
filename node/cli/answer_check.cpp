#include "node/cli/answer_check.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 8;

constexpr std::string_view kTexts[] = {
    "state", "detail", "id", "health", "message", "hint", "peer", "cluster_digest"};
constexpr std::string_view kNumbers[] = {"wall_milliseconds"};
constexpr std::string_view kFlags[] = {
    "up", "caught_up", "serving", "draining", "cold_decrypts_too_slow"};
constexpr std::string_view kLists[] = {"warnings",
                                       "peers",
                                       "proxies",
                                       "blocks",
                                       "versions",
                                       "decisions",
                                       "old_directories",
                                       "damaged_keys"};
constexpr std::string_view kListsOfObjects[] = {
    "peers", "proxies", "versions", "decisions", "old_directories"};

template <std::size_t N>
bool is_one_of(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool all_of_type(const Json& list, Json::value_t type) {
  return list.is_array() && std::all_of(list.begin(), list.end(), [type](const Json& one) {
           return one.type() == type;
         });
}

/// "keys": in a status a number, in a list of keys those, in an open decision their names.
bool are_keys(const Json& value, bool outermost) {
  return outermost ? value.is_number() || all_of_type(value, Json::value_t::object)
                   : all_of_type(value, Json::value_t::string);
}

bool has_its_type(const std::string& name, const Json& value, bool outermost) {
  if (name == "keys") {
    return are_keys(value, outermost);
  }
  if (name == "permits") {  // null: the node could not read them
    return value.is_null() || all_of_type(value, Json::value_t::object);
  }
  if ((is_one_of(kTexts, name) && !value.is_string()) ||
      (is_one_of(kNumbers, name) && !value.is_number_integer()) ||
      (is_one_of(kLists, name) && !value.is_array()) ||
      (is_one_of(kFlags, name) && !value.is_boolean())) {
    return false;
  }
  return !is_one_of(kListsOfObjects, name) || all_of_type(value, Json::value_t::object);
}

bool is_readable(const Json& value, std::size_t depth_left) {
  if (depth_left == 0) {
    return false;
  }
  if (value.is_string()) {
    return is_printable(value.get_ref<const std::string&>());
  }
  if (value.is_array()) {
    return std::all_of(value.begin(), value.end(), [&](const Json& one) {
      return is_readable(one, depth_left - 1);
    });
  }
  if (!value.is_object()) {
    return true;
  }
  const auto members = value.items();
  return std::all_of(members.begin(), members.end(), [&](const auto& member) {
    return is_printable(member.key()) &&
           has_its_type(member.key(), member.value(), depth_left == kDepthMax) &&
           is_readable(member.value(), depth_left - 1);
  });
}

}  // namespace

bool is_readable_answer(const Json& answer) {
  return answer.is_object() && is_readable(answer, kDepthMax);
}

}  // namespace tercet::cli
