// tercet key create | import | list | show | enable | disable

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <set>
#include <string>

#include "core/secret/access.h"
#include "core/secret/secret_file.h"
#include "node/cli/commands.h"
#include "node/cli/key_commands.h"
#include "node/cli/key_file.h"
#include "node/cli/key_split.h"
#include "node/cli/output.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

constexpr Milliseconds kLookLimit{5000};

Option id_option() {
  return Option("--id",
                "KEY",
                "the external key id: 1 to 128 characters of a-z A-Z 0-9 - . _",
                Option::Need::required);
}

Result<Milliseconds> limit_of(const Arguments& arguments) {
  TERCET_TRY(const unsigned seconds, arguments.number("--timeout-s", 60, 1, 3600));
  return Milliseconds(seconds * 1000);
}

/// The store named, or the cluster's only one.
Result<std::string> store_of(const Arguments& arguments, const ClusterConfig& cluster) {
  if (arguments.has("--no-store")) {
    if (arguments.has("--store")) {
      return Error(Errc::invalid_argument, "--store and --no-store exclude each other");
    }
    return std::string();
  }
  if (const std::optional<std::string> name = arguments.value("--store"); name) {
    if (cluster.find_store(*name) == nullptr) {
      return Error(Errc::invalid_argument, "the cluster file has no key store \"" + *name + "\"");
    }
    return *name;
  }
  if (cluster.stores.size() == 1) {
    return cluster.stores.front().name;
  }
  return Error(Errc::invalid_argument, "the cluster has several key stores")
      .hint("say which: --store NAME");
}

int report(const node::Command& command, const CommandOutcome& outcome, bool json) {
  const std::string key = command.key.text();
  if (json) {
    Json nodes = Json::array();
    for (const NodeAnswer& answer : outcome.answers) {
      nodes.push_back(Json{
          {"node", answer.node},
          {"reached", answer.reached()},
          {"state", answer.ok() ? answer.body.value("state", std::string("unknown")) : "refused"}});
    }
    print_line(Json{{"command", outcome.id},
                    {"kind", std::string(print_kind(command.kind))},
                    {"key", key},
                    {"done", outcome.in_force},
                    {"nodes", nodes},
                    {"complaints", outcome.complaints}}
                   .dump());
    return outcome.exit_code;
  }
  for (const std::string& complaint : outcome.complaints) {
    static_cast<void>(fail(kExitFailed, complaint));
  }
  if (outcome.in_force) {
    static const std::map<node::CommandKind, std::string> done_words = {
        {node::CommandKind::create_key, "created at all three nodes"},
        {node::CommandKind::import_key, "imported at all three nodes"},
        {node::CommandKind::enable_key, "enabled"},
        {node::CommandKind::disable_key, "disabled: no two nodes will use it any more"}};
    print_line(key + " " + done_words.at(command.kind));
    return kExitDone;
  }
  return fail(outcome.exit_code,
              std::string(print_kind(command.kind)) + " of " + key + " is not done",
              "`tercet key show --id " + key + "` tells where each node stands");
}

Result<node::Command> making_command(const Arguments& arguments,
                                     const Administration& administration,
                                     node::CommandKind kind,
                                     Milliseconds limit) {
  TERCET_TRY(const KeyId key, KeyId::parse(arguments.value_or("--id", "")));
  node::Command command = administration.begin(kind, key, limit);
  TERCET_TRY(command.store, store_of(arguments, administration.cluster()));
  TERCET_TRY(command.usage, node::parse_usage(arguments.value_or("--usage", "encrypt,decrypt")));
  command.enabled = !arguments.has("--disabled");
  return command;
}

int make_key(const Arguments& arguments, node::CommandKind kind) {
  const Result<Milliseconds> limit = limit_of(arguments);
  if (!limit) {
    return fail(limit.error(), kExitUsage);
  }
  const auto administration =
      Administration::load(arguments.value_or("--config", ""), arguments.all("--cosigner"));
  if (!administration) {
    return fail(administration.error(), kExitFailed);
  }
  Result<node::Command> command = making_command(arguments, **administration, kind, *limit);
  if (!command) {
    return fail(command.error(), kExitUsage);
  }
  if (kind == node::CommandKind::import_key) {
    command->framing =
        arguments.has("--foreign-ciphertexts") ? node::KeyFraming::raw : node::KeyFraming::framed;
    const Result<SecretBytes> raw = read_key_file(arguments.value_or("--key-file", ""));
    if (!raw) {
      return fail(raw.error(), kExitFailed);
    }
    const node::ImportBinding binding(command->cluster, command->key, KeyVersion(1));
    Result<node::ImportPayload> payload =
        node::split_key(*raw, binding, (*administration)->cluster(), system_random());
    if (!payload) {
      return fail(payload.error(), kExitFailed);
    }
    command->import = std::move(payload).value();
  }
  const CommandOutcome outcome = (*administration)->send(*command, *limit);
  return report(*command, outcome, arguments.has("--json"));
}

/// The revision that a change of state starts from, from what the nodes say.
Result<std::uint64_t> revision_of(const NodeAnswers& answers, node::CommandKind kind) {
  std::set<std::uint64_t> revisions;
  for (const NodeAnswer& answer : answers) {
    if (answer.ok()) {
      revisions.insert(answer.body.value("revision", std::uint64_t{0}));
    }
  }
  if (revisions.empty()) {
    const bool reached = std::any_of(
        answers.begin(), answers.end(), [](const NodeAnswer& answer) { return answer.reached(); });
    return Error(reached ? Errc::not_found : Errc::link_closed,
                 answers.empty() ? "there is no node" : answers.front().complaint());
  }
  if (kind == node::CommandKind::enable_key && revisions.size() != 1) {
    return Error(Errc::wrong_state, "the nodes do not agree on the key's revision yet")
        .hint("wait until all nodes are linked and have caught up, then try again");
  }
  return *revisions.rbegin();
}

int change_state(const Arguments& arguments, node::CommandKind kind) {
  const Result<Milliseconds> limit = limit_of(arguments);
  const Result<KeyId> key = KeyId::parse(arguments.value_or("--id", ""));
  if (!limit || !key) {
    return fail(limit ? key.error() : limit.error(), kExitUsage);
  }
  const auto administration =
      Administration::load(arguments.value_or("--config", ""), arguments.all("--cosigner"));
  if (!administration) {
    return fail(administration.error(), kExitFailed);
  }
  Administration& admin = **administration;
  const NodeAnswers now = admin.client().ask_all("GET", "/v1/keys/" + key->text(), "", kLookLimit);
  const Result<std::uint64_t> revision = revision_of(now, kind);
  if (!revision) {
    return fail(revision.error(),
                revision.error().code() == Errc::link_closed ? kExitUnreachable : kExitFailed);
  }
  node::Command command = admin.begin(kind, *key, *limit);
  command.revision = *revision;
  return report(command, admin.send(command, *limit), arguments.has("--json"));
}

/// Fields in which nodes must agree; `ivs_used` may differ, each counts in steps of its own.
constexpr std::array kAgreedFields = {
    "store", "state", "usage", "framing", "revision", "version", "epoch", "session", "check_value"};

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

std::string text_of(const Json& key, const char* name) {
  const Json value = key.value(name, Json());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// "2026-01-31 09:30:00 UTC"
std::string time_of(const Json& key, const char* name) {
  const auto seconds = key.value(name, std::time_t{0});
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%F %T UTC", &utc);
  return text.data();
}

Row list_row(const Json& key) {
  const std::string store = text_of(key, "store");
  return {text_of(key, "id"),
          text_of(key, "state"),
          text_of(key, "usage"),
          store.empty() ? "(none)" : store,
          text_of(key, "framing"),
          text_of(key, "version"),
          text_of(key, "epoch"),
          text_of(key, "revision")};
}

class KeyView {
 public:
  KeyView() = default;
  std::map<std::string, Json> by_node;
  std::vector<std::string> differing;
};

Json view_as_json(const std::string& id, const KeyView& view) {
  return Json{{"id", id}, {"nodes", view.by_node}, {"differences", view.differing}};
}

void print_differences(const KeyView& view) {
  for (const std::string& difference : view.differing) {
    print_line("  nodes differ in " + difference);
  }
}

void print_list(const std::map<std::string, KeyView>& views) {
  std::vector<Row> rows = {
      {"key", "state", "usage", "store", "framing", "version", "epoch", "revision"}};
  for (const auto& [id, view] : views) {
    rows.push_back(list_row(view.by_node.begin()->second));
  }
  print_table(rows);
  for (const auto& [id, view] : views) {
    if (!view.differing.empty()) {
      print_line(id + ":");
      print_differences(view);
    }
  }
}

/// A column for each node that has the key.
void print_key_view(const std::string& id, const KeyView& view) {
  static constexpr std::array kShown = {"state",
                                        "usage",
                                        "store",
                                        "framing",
                                        "version",
                                        "epoch",
                                        "revision",
                                        "check_value",
                                        "ivs_used"};
  std::vector<Row> columns = {{id}};
  columns.front().insert(columns.front().end(), kShown.begin(), kShown.end());
  for (const auto& [node, said] : view.by_node) {
    Row column = {node};
    for (const char* name : kShown) {
      column.push_back(text_of(said, name));
    }
    column.push_back(time_of(said, "created_at"));
    columns.push_back(std::move(column));
  }
  columns.front().emplace_back("created");
  print_table(transposed(columns));
  print_differences(view);
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

int list_keys(const Arguments& arguments) {
  const auto administration = Administration::load(arguments.value_or("--config", ""), {});
  if (!administration) {
    return fail(administration.error(), kExitFailed);
  }
  const NodeAnswers answers =
      (*administration)->client().ask_all("GET", "/v1/keys", "", kLookLimit);
  std::map<std::string, KeyView> views;
  std::vector<std::string> complaints;
  for (const NodeAnswer& answer : answers) {
    if (!answer.ok()) {
      complaints.push_back(answer.complaint());
      continue;
    }
    for (const Json& key : answer.body.value("keys", Json::array())) {
      views[key.value("id", std::string())].by_node[answer.node] = key;
    }
  }
  const std::size_t spoke = answers.size() - complaints.size();
  for (auto& [id, view] : views) {
    view.differing = differences(view.by_node);
    if (view.by_node.size() < spoke) {
      view.differing.push_back("presence: only " + std::to_string(view.by_node.size()) + " of " +
                               std::to_string(spoke) + " nodes have it");
    }
  }
  if (arguments.has("--json")) {
    Json keys = Json::array();
    for (const auto& [id, view] : views) {
      keys.push_back(view_as_json(id, view));
    }
    print_line(Json{{"keys", keys}, {"complaints", complaints}}.dump());
    return exit_code_of(answers);
  }
  if (!views.empty()) {
    print_list(views);
  }
  for (const std::string& complaint : complaints) {
    static_cast<void>(fail(kExitFailed, complaint));
  }
  if (views.empty() && spoke > 0) {
    print_line("no keys");
  }
  return exit_code_of(answers);
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
  if (arguments.has("--json")) {
    Json out = view_as_json(key->text(), view);
    out["complaints"] = complaints;
    print_line(out.dump());
    return code;
  }
  for (const std::string& complaint : complaints) {
    static_cast<void>(fail(code, complaint));
  }
  if (view.by_node.empty()) {
    return code;
  }
  print_key_view(key->text(), view);
  return code;
}

std::vector<Option> making_options() {
  return {config_option(),
          id_option(),
          Option("--store", "NAME", "the key store it belongs to (default: the only one)"),
          Option("--no-store", "", "in no key store, as the health key"),
          Option("--usage", "USAGE", "encrypt,decrypt (default), encrypt, decrypt or none"),
          Option("--disabled", "", "make it disabled"),
          cosigner_option(),
          timeout_option(),
          json_option()};
}

}  // namespace

std::vector<SubCommand> key_sub_commands() {
  std::vector<Option> import_options = making_options();
  import_options.insert(
      import_options.begin() + 2,
      {Option("--key-file",
              "FILE",
              "the AES-256 key: 32 raw bytes or 64 hexadecimal digits, mode 0600",
              Option::Need::required),
       Option("--foreign-ciphertexts",
              "",
              "AAD as given, without metadata: for ciphertexts made elsewhere (for good)")});
  const std::vector<Option> change_options = {
      config_option(), id_option(), cosigner_option(), timeout_option(), json_option()};
  return {
      SubCommand(
          "key create",
          "Make a new key jointly; no machine ever knows it.",
          making_options(),
          [](const Arguments& arguments) {
            return make_key(arguments, node::CommandKind::create_key);
          },
          "All three nodes must be up. Done when all three hold their shares and have checked\n"
          "them together."),
      SubCommand(
          "key import",
          "Split an existing AES-256 key on this machine and give each node its shares.",
          std::move(import_options),
          [](const Arguments& arguments) {
            return make_key(arguments, node::CommandKind::import_key);
          },
          "The raw key is read into locked memory here, split, sealed to the nodes' import keys\n"
          "and wiped; it never leaves this machine. Destroy the file afterwards."),
      SubCommand("key list",
                 "List the keys and where nodes differ about them.",
                 {config_option(), json_option()},
                 list_keys),
      SubCommand("key show",
                 "Show what each node says about one key.",
                 {config_option(), id_option(), json_option()},
                 show_key),
      SubCommand("key enable",
                 "Enable a key; needs all three nodes.",
                 change_options,
                 [](const Arguments& arguments) {
                   return change_state(arguments, node::CommandKind::enable_key);
                 }),
      SubCommand(
          "key disable",
          "Disable a key; in force as soon as two nodes have it.",
          change_options,
          [](const Arguments& arguments) {
            return change_state(arguments, node::CommandKind::disable_key);
          },
          "A node that is away learns of it when it is back. The kill switch: two unwilling\n"
          "nodes stop every operation with the key."),
  };
}

}  // namespace tercet::cli
