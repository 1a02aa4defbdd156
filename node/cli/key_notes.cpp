#include "node/cli/key_notes.h"

#include <algorithm>
#include <set>

#include "node/cli/nearest_id.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

constexpr Milliseconds kLookLimit{2000};

void add_ids(const NodeAnswers& lists, std::set<std::string>& to) {
  for (const NodeAnswer& list : lists) {
    const Json keys = list.ok() ? list.body.value("keys", Json()) : Json();
    if (keys.is_array()) {
      for (const Json& key : keys) {
        to.insert(key.value("id", std::string()));
      }
    }
  }
}

/// A page from the start, and one of those that begin as the id does: with many keys not all are
/// looked at.
std::vector<std::string> ids_like(AdminClient& client,
                                  const std::vector<std::size_t>& nodes,
                                  const KeyId& key) {
  std::set<std::string> ids;
  const std::string beginning = key.text().substr(0, (key.text().size() + 1) / 2);
  for (const std::string& target : {std::string("/v1/keys"), "/v1/keys?after=" + beginning}) {
    add_ids(client.ask_these(nodes, "GET", target, "", kLookLimit), ids);
  }
  return {ids.begin(), ids.end()};
}

}  // namespace

std::optional<std::string> unknown_key_note(const KeyId& key,
                                            const NodeAnswers& looked,
                                            const std::vector<std::string>& ids) {
  constexpr unsigned kNotFound = 404;
  const auto says_no = [](const NodeAnswer& answer) {
    return answer.reached() && answer.status == kNotFound;
  };
  const auto unknown = std::count_if(looked.begin(), looked.end(), says_no);
  const bool known = std::any_of(
      looked.begin(), looked.end(), [](const NodeAnswer& answer) { return answer.ok(); });
  if (known || unknown == 0) {
    return std::nullopt;
  }
  const bool by_all = static_cast<std::size_t>(unknown) == looked.size();
  std::string out = (by_all ? "no node knows a key " : "no node that answers knows a key ") +
                    key.text() + ": the block is kept for the day it is made";
  if (const std::optional<std::string> meant = nearest_id(key.text(), ids); meant) {
    out += "; did you mean " + *meant + "?";
  }
  return out;
}

std::optional<std::string> blocked_key_note(const KeyId& key,
                                            const NodeAnswers& looked,
                                            const std::string& own) {
  std::set<std::string> blocks;
  for (const NodeAnswer& answer : looked) {
    if (answer.ok()) {
      for (const Json& block : answer.body.value("blocks", Json::array())) {
        blocks.insert(block.is_string() ? block.get<std::string>() : block.dump());
      }
    }
  }
  blocks.erase(own);
  if (blocks.empty()) {
    return std::nullopt;
  }
  std::string ids;
  for (const std::string& block : blocks) {
    ids += (ids.empty() ? "" : ", ") + block;
  }
  return key.text() + " is disabled: it is blocked by command " + ids +
         "; `tercet key enable --id " + key.text() + "` lifts that";
}

Blocks blocks_of_unknown_key(const NodeAnswers& looked) {
  Blocks out;
  for (const NodeAnswer& answer : looked) {
    if (answer.ok()) {
      return {};
    }
    const Json blocks = answer.reached() ? answer.body.value("blocks", Json()) : Json();
    for (const Json& block : blocks) {
      out[block.is_string() ? block.get<std::string>() : block.dump()].push_back(answer.node);
    }
  }
  return out;
}

std::optional<std::string> blocked_id_note(const KeyId& key, const Blocks& blocks) {
  if (blocks.empty()) {
    return std::nullopt;
  }
  std::string by;
  for (const auto& [command, nodes] : blocks) {
    by += (by.empty() ? "by command " : ", by command ") + command + " (";
    for (const std::string& node : nodes) {
      by += (node == nodes.front() ? "" : ", ") + node;
    }
    by += ")";
  }
  return "there is no key " + key.text() + ", but its id is blocked " + by +
         ": a key that is made with it is disabled. If another key was meant, disable that one; "
         "`tercet key enable --id " +
         key.text() + "` lifts the block of this id";
}

std::optional<std::string> look_for_unknown_key(AdminClient& client,
                                                const KeyId& key,
                                                const NodeAnswers& answers) {
  NodeAnswers looked = answers;  // who does not answer stays as it is
  std::vector<std::size_t> nodes;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].reached()) {
      nodes.push_back(i);
    }
  }
  NodeAnswers news = client.ask_these(nodes, "GET", "/v1/keys/" + key.text(), "", kLookLimit);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    looked[nodes[i]] = std::move(news[i]);
  }
  if (!unknown_key_note(key, looked, {})) {
    return std::nullopt;
  }
  return unknown_key_note(key, looked, ids_like(client, nodes, key));
}

}  // namespace tercet::cli
