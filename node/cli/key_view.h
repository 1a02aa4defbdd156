#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "node/cli/arguments.h"
#include "node/cli/output.h"

namespace tercet::cli {

/// What the nodes say of all keys, or of one, and where they differ. Each returns the exit code.
int list_keys(const Arguments& arguments);
int show_key(const Arguments& arguments);

/// What each node that has the key says of it.
class KeyView {
 public:
  KeyView() = default;
  std::map<std::string, nlohmann::json> by_node;
  std::vector<std::string> differing;
};

/// In what they must agree and do not, for people.
std::vector<std::string> differences(const std::map<std::string, nlohmann::json>& by_node);
void print_differences(const std::vector<std::string>& differences);

/// The key in one line of a table, by what one node says.
Row list_row(const nlohmann::json& key);
nlohmann::json view_as_json(const std::string& id, const KeyView& view);

}  // namespace tercet::cli
