#include "node/cli/existing_key.h"

#include <algorithm>
#include <map>
#include <string>

#include "node/cli/key_view.h"

namespace tercet::cli {

bool is_taken(const NodeAnswers& answers) {
  return !answers.empty() &&
         std::all_of(answers.begin(), answers.end(), [](const NodeAnswer& answer) {
           return answer.reached() && answer.body.value("error", nlohmann::json()) ==
                                          std::string(errc_name(Errc::already_exists));
         });
}

bool is_there_already(const node::CreateKey& wanted, const NodeAnswers& looked) {
  const auto is_wanted = [&](const NodeAnswer& answer) {
    const auto says = [&](const char* name, const std::string& text) {
      return answer.body.value(name, nlohmann::json()) == text;
    };
    return answer.ok() && says("store", wanted.terms.store) &&
           says("usage", node::print_usage(wanted.terms.usage)) &&
           says("framing", std::string(node::print_framing(wanted.terms.framing))) &&
           (says("state", "disabled") || (wanted.terms.enabled && says("state", "enabled")));
  };
  if (looked.empty() || !std::all_of(looked.begin(), looked.end(), is_wanted)) {
    return false;
  }
  std::map<std::string, nlohmann::json> by_node;
  for (const NodeAnswer& answer : looked) {
    by_node[answer.node] = answer.body;
  }
  return differences(by_node).empty();
}

}  // namespace tercet::cli
