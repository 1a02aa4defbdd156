// tercet key create | import | list | show | rotate | enable | disable

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/secret/access.h"
#include "core/secret/secret_file.h"
#include "node/cli/commands.h"
#include "node/cli/key_commands.h"
#include "node/cli/key_file.h"
#include "node/cli/key_split.h"
#include "node/cli/key_view.h"
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
  const std::string key = command.key().text();
  if (json) {
    Json nodes = Json::array();
    for (const NodeAnswer& answer : outcome.answers) {
      nodes.push_back(Json{
          {"node", answer.node},
          {"reached", answer.reached()},
          {"state", answer.ok() ? answer.body.value("state", std::string("unknown")) : "refused"}});
    }
    print_line(Json{{"command", outcome.id},
                    {"kind", std::string(command.kind())},
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
    print_line(key + " " + std::string(command.done_text()));
    return kExitDone;
  }
  return fail(outcome.exit_code,
              std::string(command.kind()) + " of " + key + " is not done",
              "`tercet key show --id " + key + "` tells where each node stands");
}

/// The administrator, the time and the key that every command needs.
class Order {
 public:
  Order() = default;
  std::unique_ptr<Administration> administration;
  Milliseconds limit{0};
  KeyId key;

  int send(node::CommandBody body,
           const Arguments& arguments,
           std::vector<CommandId> overrides = {}) const {
    node::Command command = administration->begin(std::move(body), limit);
    command.overrides = std::move(overrides);
    return report(command, administration->send(command, limit), arguments.has("--json"));
  }
};

/// On failure it has been told, and `exit_code` says how.
std::optional<Order> read_order(const Arguments& arguments, int& exit_code) {
  const Result<Milliseconds> limit = limit_of(arguments);
  Result<KeyId> key = KeyId::parse(arguments.value_or("--id", ""));
  if (!limit || !key) {
    exit_code = fail(limit ? key.error() : limit.error(), kExitUsage);
    return std::nullopt;
  }
  auto administration =
      Administration::load(arguments.value_or("--config", ""), arguments.all("--cosigner"));
  if (!administration) {
    exit_code = fail(administration.error(), kExitFailed);
    return std::nullopt;
  }
  Order order;
  order.administration = std::move(administration).value();
  order.limit = *limit;
  order.key = std::move(key).value();
  return order;
}

Result<node::KeyTerms> terms_of(const Arguments& arguments, const ClusterConfig& cluster) {
  node::KeyTerms terms;
  TERCET_TRY(terms.store, store_of(arguments, cluster));
  TERCET_TRY(terms.usage, node::parse_usage(arguments.value_or("--usage", "encrypt,decrypt")));
  terms.enabled = !arguments.has("--disabled");
  return terms;
}

int create_key(const Arguments& arguments) {
  int exit_code = kExitDone;
  const std::optional<Order> order = read_order(arguments, exit_code);
  if (!order) {
    return exit_code;
  }
  node::CreateKey body(order->key);
  Result<node::KeyTerms> terms = terms_of(arguments, order->administration->cluster());
  if (!terms) {
    return fail(terms.error(), kExitUsage);
  }
  body.terms = std::move(terms).value();
  return order->send(std::move(body), arguments);
}

int import_key(const Arguments& arguments) {
  int exit_code = kExitDone;
  const std::optional<Order> order = read_order(arguments, exit_code);
  if (!order) {
    return exit_code;
  }
  const ClusterConfig& cluster = order->administration->cluster();
  node::ImportKey body(order->key);
  Result<node::KeyTerms> terms = terms_of(arguments, cluster);
  if (!terms) {
    return fail(terms.error(), kExitUsage);
  }
  body.terms = std::move(terms).value();
  body.terms.framing =
      arguments.has("--foreign-ciphertexts") ? node::KeyFraming::raw : node::KeyFraming::framed;
  const Result<SecretBytes> raw = read_key_file(arguments.value_or("--key-file", ""));
  if (!raw) {
    return fail(raw.error(), kExitFailed);
  }
  const node::ImportBinding binding(cluster.id, order->key, KeyVersion(1));
  Result<node::ImportPayload> payload = node::split_key(*raw, binding, cluster, system_random());
  if (!payload) {
    return fail(payload.error(), kExitFailed);
  }
  body.payload = std::move(payload).value();
  return order->send(std::move(body), arguments);
}

int disable_key(const Arguments& arguments) {
  int exit_code = kExitDone;
  const std::optional<Order> order = read_order(arguments, exit_code);
  return order ? order->send(node::DisableKey(order->key), arguments) : exit_code;
}

/// What the nodes say of the key, asked before a command that depends on it.
Result<std::vector<Json>> look_at(const Order& order) {
  const NodeAnswers answers =
      order.administration->client().ask_all("GET", "/v1/keys/" + order.key.text(), "", kLookLimit);
  std::vector<Json> out;
  for (const NodeAnswer& answer : answers) {
    if (answer.ok()) {
      out.push_back(answer.body);
    }
  }
  if (out.empty()) {
    const bool reached = std::any_of(
        answers.begin(), answers.end(), [](const NodeAnswer& answer) { return answer.reached(); });
    return Error(reached ? Errc::not_found : Errc::link_closed,
                 answers.empty() ? "there is no node" : answers.front().complaint());
  }
  return out;
}

int fail_look(const Error& error) {
  return fail(error, error.code() == Errc::link_closed ? kExitUnreachable : kExitFailed);
}

/// Lifts every block that any node tells of.
int enable_key(const Arguments& arguments) {
  int exit_code = kExitDone;
  const std::optional<Order> order = read_order(arguments, exit_code);
  if (!order) {
    return exit_code;
  }
  const Result<std::vector<Json>> said = look_at(*order);
  if (!said) {
    return fail_look(said.error());
  }
  std::set<CommandId> blocks;
  for (const Json& key : *said) {
    for (const Json& block : key.value("blocks", Json::array())) {
      const Result<Bytes> id = block.is_string() ? from_hex(block.get<std::string>()) : Bytes();
      if (id && id->size() == CommandId::kBytes) {
        blocks.insert(CommandId::copy_of(*id));
      }
    }
  }
  if (blocks.empty()) {
    print_line(arguments.has("--json")
                   ? Json{{"key", order->key.text()}, {"kind", "enable_key"}, {"done", true}}.dump()
                   : order->key.text() + " is enabled already: nothing blocks it");
    return kExitDone;
  }
  return order->send(
      node::EnableKey(order->key), arguments, std::vector(blocks.begin(), blocks.end()));
}

int rotate_key(const Arguments& arguments) {
  int exit_code = kExitDone;
  const std::optional<Order> order = read_order(arguments, exit_code);
  if (!order) {
    return exit_code;
  }
  const Result<std::vector<Json>> said = look_at(*order);
  if (!said) {
    return fail_look(said.error());
  }
  std::uint32_t newest = 0;
  for (const Json& key : *said) {
    const Json version = key.value("version", Json());
    newest = std::max(newest, version.is_number_unsigned() ? version.get<std::uint32_t>() : 0);
  }
  if (newest == 0) {
    return fail(kExitFailed, "rotate a key: it is not made yet");
  }
  return order->send(node::RotateKey(order->key, KeyVersion(newest + 1)), arguments);
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
          create_key,
          "All three nodes must be up. Done when all three hold their shares and have checked\n"
          "them together."),
      SubCommand(
          "key import",
          "Split an existing AES-256 key on this machine and give each node its shares.",
          std::move(import_options),
          import_key,
          "The raw key is read into locked memory here, split, sealed to the nodes' import keys\n"
          "and wiped; it never leaves this machine. Destroy the file afterwards."),
      SubCommand("key list",
                 "List the keys and where nodes differ about them.",
                 {config_option(), json_option()},
                 list_keys),
      SubCommand("key show",
                 "Show what each node says about one key.",
                 {config_option(), id_option(), json_option()},
                 show_key,
                 "With the versions of a rotated key, and the commands that block it."),
      SubCommand("key rotate",
                 "Make the next version of a key: it encrypts, older ones still decrypt.",
                 change_options,
                 rotate_key,
                 "All three nodes must be up. The version is in every ciphertext's metadata."),
      SubCommand("key enable",
                 "Lift the commands that block a key, by name.",
                 change_options,
                 enable_key,
                 "In force when two nodes have signed that they got it in time. A block that no\n"
                 "node told of when you gave the command still stands."),
      SubCommand(
          "key disable",
          "Disable a key; in force as soon as two nodes have it.",
          change_options,
          disable_key,
          "A node that is away learns of it when it is back. The kill switch: two unwilling\n"
          "nodes stop every operation with the key."),
  };
}

}  // namespace tercet::cli
