// tercet key create | import | list | show | rotate | enable | disable

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/secret/access.h"
#include "core/secret/secret_file.h"
#include "node/cli/command_ending.h"
#include "node/cli/commands.h"
#include "node/cli/key_commands.h"
#include "node/cli/key_file.h"
#include "node/cli/key_notes.h"
#include "node/cli/key_split.h"
#include "node/cli/key_terms_options.h"
#include "node/cli/key_view.h"
#include "node/cli/keys_not_made.h"
#include "node/cli/output.h"
#include "node/cli/wanted_keys.h"

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

void print_done(const node::Command& command) {
  print_line(command.key().text() + " " + std::string(command.done_text()));
}

/// `told`: that it is in force has been printed.
int report(const node::Command& command,
           const CommandOutcome& outcome,
           bool json,
           bool told = false) {
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
                    {"sent", outcome.sent},
                    {"expires_at", command.expires_at},
                    {"done", outcome.in_force || outcome.exists},
                    {"exists", outcome.exists},
                    {"nodes", nodes},
                    {"complaints", outcome.complaints},
                    {"notes", outcome.notes}}
                   .dump());
    return outcome.exit_code;
  }
  for (const std::string& complaint : outcome.complaints) {
    static_cast<void>(fail(kExitFailed, complaint));
  }
  if (outcome.in_force || outcome.exists) {
    if (outcome.exists) {
      print_line(key + " exists already, with the same terms");
    } else if (!told) {
      print_done(command);
    }
    for (const std::string& note : outcome.notes) {
      static_cast<void>(fail(kExitDone, note));
    }
    return kExitDone;
  }
  const std::string what = std::string(command.kind()) + " of " + key;
  if (!outcome.sent) {
    return fail(outcome.exit_code, what + " was not sent: nothing has changed");
  }
  return fail(outcome.exit_code,
              what + " is not done: " +
                  what_may_still_come(command.form(), outcome.answers, command.expires_at),
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
    const bool json = arguments.has("--json");
    bool told = false;
    CommandOutcome outcome = administration->send(command, limit, [&] {
      // At once: whoever stops a key should not wait for a node that hangs.
      if (!json) {
        print_done(command);
        flush_output();
        told = true;
      }
    });
    if (outcome.in_force && command.form() == node::CommandForm::block) {
      if (auto note = look_for_unknown_key(administration->client(), key, outcome.answers); note) {
        outcome.notes.push_back(std::move(*note));
      }
    }
    return report(command, outcome, json, told);
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
  order.administration->make_despite_alarm(arguments.has("--despite-alarm"));
  order.limit = *limit;
  order.key = std::move(key).value();
  return order;
}

int create_keys(const Arguments& arguments) {
  const Result<Milliseconds> limit = limit_of(arguments);
  if (!limit) {
    return fail(limit.error(), kExitUsage);
  }
  auto administration =
      Administration::load(arguments.value_or("--config", ""), arguments.all("--cosigner"));
  if (!administration) {
    return fail(administration.error(), kExitFailed);
  }
  const Result<std::vector<node::CreateKey>> wanted =
      wanted_keys(arguments, (*administration)->cluster());
  if (!wanted) {
    return fail(wanted.error(), kExitUsage);
  }
  (*administration)->make_despite_alarm(arguments.has("--despite-alarm"));
  const bool json = arguments.has("--json");
  if (wanted->size() == 1) {
    const node::Command command = (*administration)->begin(wanted->front(), *limit);
    return report(command, (*administration)->send(command, *limit), json);
  }
  KeysNotMade not_made;
  (*administration)
      ->send_all(std::vector<node::CommandBody>(wanted->begin(), wanted->end()),
                 *limit,
                 [&](const node::Command& command, const CommandOutcome& outcome) {
                   static_cast<void>(report(command, outcome, json));
                   flush_output();
                   not_made.ended(command.key(), outcome.exit_code);
                 });
  return not_made.tell(*wanted, arguments.call());
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

/// What the nodes say of the key, asked before a command that depends on it. Of a key that is not
/// made, the nodes that know a block of its id.
Result<std::vector<Json>> look_at(const Order& order) {
  const NodeAnswers answers =
      order.administration->client().ask_all("GET", "/v1/keys/" + order.key.text(), "", kLookLimit);
  std::vector<Json> out;
  for (const NodeAnswer& answer : answers) {
    const bool blocked = answer.reached() && !answer.body.value("blocks", Json::array()).empty();
    if (answer.ok() || blocked) {
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

/// Of a command that depends on what the nodes say of the key (`said`). As read_order.
std::optional<Order> read_order_and_look(const Arguments& arguments,
                                         std::vector<Json>& said,
                                         int& exit_code) {
  std::optional<Order> order = read_order(arguments, exit_code);
  if (!order) {
    return std::nullopt;
  }
  Result<std::vector<Json>> looked = look_at(*order);
  if (!looked) {
    const bool unreached = looked.error().code() == Errc::link_closed;
    exit_code = fail(looked.error(), unreached ? kExitUnreachable : kExitFailed);
    return std::nullopt;
  }
  said = std::move(looked).value();
  return order;
}

/// Lifts every block that any node tells of.
int enable_key(const Arguments& arguments) {
  int exit_code = kExitDone;
  std::vector<Json> said;
  const std::optional<Order> order = read_order_and_look(arguments, said, exit_code);
  if (!order) {
    return exit_code;
  }
  std::set<CommandId> blocks;
  for (const Json& key : said) {
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
  std::vector<Json> said;
  const std::optional<Order> order = read_order_and_look(arguments, said, exit_code);
  if (!order) {
    return exit_code;
  }
  std::uint32_t newest = 0;
  for (const Json& key : said) {
    const Json version = key.value("version", Json());
    newest = std::max(newest, version.is_number_unsigned() ? version.get<std::uint32_t>() : 0);
  }
  if (newest == 0) {
    return fail(kExitFailed, "rotate a key: it is not made yet");
  }
  return order->send(node::RotateKey(order->key, KeyVersion(newest + 1)), arguments);
}

Option despite_alarm_option() {
  return Option("--despite-alarm", "", "although a node has old data (see `tercet status`)");
}

/// Of what makes a key: which, its terms, and what every command has.
std::vector<Option> making_options(std::vector<Option> which) {
  std::vector<Option> out = {config_option()};
  for (std::vector<Option> more :
       {std::move(which),
        terms_options(),
        std::vector<Option>{
            despite_alarm_option(), cosigner_option(), timeout_option(), json_option()}}) {
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

std::vector<Option> import_options() {
  return making_options({id_option(),
                         Option("--key-file",
                                "FILE",
                                "the AES-256 key: 32 raw bytes or 64 hexadecimal digits, mode 0600",
                                Option::Need::required),
                         Option("--foreign-ciphertexts",
                                "",
                                "AAD as given, without metadata: for ciphertexts made elsewhere "
                                "(for good)")});
}

std::vector<Option> create_options() {
  return making_options(
      {Option("--id", "KEY", "the external key id: 1 to 128 characters of a-z A-Z 0-9 - . _"),
       Option("--count", "N", "make N keys, KEY-1 to KEY-N (at most 100000)"),
       Option("--file", "FILE", "make the keys of a list, one a line")});
}

}  // namespace

std::vector<SubCommand> key_sub_commands() {
  const std::vector<Option> change_options = {
      config_option(), id_option(), cosigner_option(), timeout_option(), json_option()};
  const std::vector<Option> rotate_options = {config_option(),
                                              id_option(),
                                              despite_alarm_option(),
                                              cosigner_option(),
                                              timeout_option(),
                                              json_option()};
  return {
      SubCommand(
          "key create",
          "Make a new key jointly, or several; no machine ever knows one.",
          create_options(),
          create_keys,
          "All three nodes must be up. Done when all three hold their shares and have checked\n"
          "them together. Several keys are made side by side, up to 32 at once, and told as they\n"
          "are done (--json: one document a line; --timeout-s is for each). A key that exists\n"
          "stays as it is: alone it is refused, among several it counts as made where its terms\n"
          "are those wanted, so the same call may be given again after a failure.\n"
          "None is made while a node lacks data that it had (ALARM in `tercet status`): with the\n"
          "right directory put back nobody would have all of the key.\n"
          "A line of FILE is a key's id, and behind it those of --store, --no-store, --usage and\n"
          "--disabled that it has otherwise than the call; # begins a comment."),
      SubCommand(
          "key import",
          "Split an existing AES-256 key on this machine and give each node its shares.",
          import_options(),
          import_key,
          "The raw key is read into locked memory here, split, sealed to the nodes' import keys\n"
          "and wiped; it never leaves this machine. Destroy the file afterwards."),
      SubCommand("key list",
                 "List the keys and where nodes differ about them.",
                 {config_option(), json_option()},
                 list_keys),
      SubCommand(
          "key show",
          "Show what each node says about one key.",
          {config_option(), id_option(), json_option()},
          show_key,
          "With the versions of a rotated key, and the commands that block it. An id without\n"
          "a key may be blocked too, for the day that one is made: that is said, with exit\n"
          "code 1 as of every id without a key."),
      SubCommand("key rotate",
                 "Make the next version of a key: it encrypts, older ones still decrypt.",
                 rotate_options,
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
          "A node that is away learns of it when it is back: its peers pass it on. Once two have\n"
          "it a third that does not answer is waited for one second. The kill switch: two\n"
          "unwilling nodes stop every operation with the key. A key that no node knows is\n"
          "blocked for the day it is made, and that is said: look whether you wrote the id that\n"
          "you meant."),
  };
}

}  // namespace tercet::cli
