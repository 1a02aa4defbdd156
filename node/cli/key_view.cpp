// tercet key show, and what it shares with tercet key list

#include "node/cli/key_view.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "node/cli/key_commands.h"
#include "node/cli/key_notes.h"
#include "node/cli/output.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

constexpr Milliseconds kLookLimit{5000};

/// Fields in which nodes must agree; `ivs_used` may differ, each counts in steps of its own.
constexpr std::array kAgreedFields = {
    "store", "state", "usage", "framing", "blocks", "version", "epoch", "check_value"};

std::string text_of(const Json& key, const char* name) {
  const Json value = key.value(name, Json());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Of a rotated key: one line for each version, by the first node that has it.
void print_versions(const KeyView& view) {
  std::map<std::uint64_t, std::string> lines;
  for (const auto& [node, said] : view.by_node) {
    for (const Json& version : said.value("versions", Json::array())) {
      const Json number = version.value("version", Json());
      if (number.is_number_unsigned()) {
        lines.try_emplace(number.get<std::uint64_t>(),
                          "made " + time_in_words(version.value("created_at", std::int64_t{0})) +
                              ", check value " + text_of(version, "check_value") + ", IVs used " +
                              text_of(version, "ivs_used"));
      }
    }
  }
  if (lines.size() > 1) {
    for (const auto& [number, line] : lines) {
      print_line("  version " + std::to_string(number) + ": " + line);
    }
  }
}

/// What `tercet key enable` would lift.
void print_blocks(const KeyView& view) {
  std::set<std::string> blocks;
  for (const auto& [node, said] : view.by_node) {
    for (const Json& block : said.value("blocks", Json::array())) {
      blocks.insert(block.is_string() ? block.get<std::string>() : block.dump());
    }
  }
  for (const std::string& block : blocks) {
    print_line("  blocked by command " + block);
  }
}

/// A column for each node that has the key.
void print_key_view(const std::string& id, const KeyView& view) {
  static constexpr std::array kShown = {
      "state", "usage", "store", "framing", "version", "check_value", "ivs_used"};
  std::vector<Row> columns = {{id}};
  columns.front().insert(columns.front().end(), kShown.begin(), kShown.end());
  for (const auto& [node, said] : view.by_node) {
    Row column = {node};
    for (const char* name : kShown) {
      column.push_back(text_of(said, name));
    }
    column.push_back(time_in_words(said.value("created_at", std::int64_t{0})));
    columns.push_back(std::move(column));
  }
  columns.front().emplace_back("created");
  print_table(transposed(columns));
  print_versions(view);
  print_blocks(view);
  print_differences(view.differing);
}

/// Of a look at the nodes: one answer is enough.
int exit_code_of(const NodeAnswers& answers) {
  const auto any = [&](bool (NodeAnswer::*is)() const) {
    return std::any_of(
        answers.begin(), answers.end(), [&](const NodeAnswer& answer) { return (answer.*is)(); });
  };
  if (any(&NodeAnswer::ok)) {
    return kExitDone;
  }
  return any(&NodeAnswer::reached) ? kExitFailed : kExitUnreachable;
}

}  // namespace

std::vector<std::string> differences(const std::map<std::string, Json>& by_node) {
  std::vector<std::string> out;
  for (const char* field : kAgreedFields) {
    std::string said;
    std::set<std::string> values;
    for (const auto& [node, key] : by_node) {
      const Json value = key.value(field, Json());
      values.insert(value.dump());
      said += (said.empty() ? "" : ", ") + node + " says " + value.dump();
    }
    if (values.size() > 1) {
      out.push_back(std::string(field) + ": " + said);
    }
  }
  return out;
}

Row list_row(const Json& key) {
  const std::string store = text_of(key, "store");
  return {text_of(key, "id"),
          text_of(key, "state"),
          text_of(key, "usage"),
          store.empty() ? "(none)" : store,
          text_of(key, "framing"),
          text_of(key, "version")};
}

Json view_as_json(const std::string& id, const KeyView& view) {
  return Json{{"id", id}, {"nodes", view.by_node}, {"differences", view.differing}};
}

void print_differences(const std::vector<std::string>& differences) {
  for (const std::string& difference : differences) {
    print_line("  nodes differ in " + difference);
  }
}

int show_key(const Arguments& arguments) {
  const Result<KeyId> key = KeyId::parse(arguments.value_or("--id", ""));
  if (!key) {
    return fail(key.error(), kExitUsage);
  }
  const auto administration = Administration::load(arguments.value_or("--config", ""), {});
  if (!administration) {
    return fail(administration.error(), kExitFailed);
  }
  const NodeAnswers answers =
      (*administration)->client().ask_all("GET", "/v1/keys/" + key->text(), "", kLookLimit);
  KeyView view;
  std::vector<std::string> complaints;
  for (const NodeAnswer& answer : answers) {
    if (answer.ok()) {
      view.by_node[answer.node] = answer.body;
    } else {
      complaints.push_back(answer.complaint());
    }
  }
  view.differing = differences(view.by_node);
  const int code = exit_code_of(answers);
  const Blocks blocks = blocks_of_unknown_key(answers);
  if (arguments.has("--json")) {
    Json out = view_as_json(key->text(), view);
    out["complaints"] = complaints;
    out["blocks"] = blocks;
    print_line(out.dump());
    return code;
  }
  for (const std::string& complaint : complaints) {
    static_cast<void>(fail(code, complaint));
  }
  if (const auto note = blocked_id_note(*key, blocks); note) {
    static_cast<void>(fail(code, *note));
  }
  if (view.by_node.empty()) {
    return code;
  }
  print_key_view(key->text(), view);
  return code;
}

}  // namespace tercet::cli
