#include "tests/sim/cluster/administrators.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "node/cli/key_split.h"
#include "tests/sim/kms_signer.h"

namespace tercet::sim {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t kChangeLifetimeSeconds = 600;

}  // namespace

bool SentCommand::done_everywhere() const {
  return std::all_of(states.begin(), states.end(), [](const auto& s) { return s == "done"; });
}

bool SentCommand::failed_everywhere() const {
  return std::all_of(states.begin(), states.end(), [](const auto& s) { return s == "failed"; });
}

Administrators::Administrators(World& world, std::vector<NodeSite*> nodes, KeyTruth& truth)
    : world_(&world), nodes_(std::move(nodes)), truth_(&truth), wall_clock_(world.time()) {}

node::Command Administrators::begin(node::CommandBody body, std::int64_t lifetime) const {
  node::Command command;
  command.id = CommandId(world_->random().array<CommandId::kBytes>());
  command.cluster = Setup::get().cluster.id;
  command.body = std::move(body);
  command.created_at = wall_clock_.now_seconds();
  command.expires_at = command.created_at + lifetime;
  return command;
}

node::Command Administrators::create(const KeyId& key, std::int64_t lifetime_seconds) const {
  node::CreateKey body(key);
  body.terms.usage = node::KeyUsage{true, true};
  if (key != Setup::get().cluster.health_key) {
    body.terms.store = test::KmsSigner::kStore;
  }
  truth_->expect_creation(key);
  return begin(std::move(body), lifetime_seconds);
}

node::ImportKey Administrators::import_body(const KeyId& key) const {
  node::ImportKey body(key);
  body.terms.usage = node::KeyUsage{true, true};
  body.terms.store = test::KmsSigner::kStore;
  const std::array<std::uint8_t, 32> raw = world_->random().array<32>();
  const node::ImportBinding binding(Setup::get().cluster.id, key, KeyVersion(1));
  body.payload =
      node::split_key(SecretBytes::copy_of(raw), binding, Setup::get().cluster, world_->random())
          .value();
  truth_->expect_import(key, to_bytes(raw));
  return body;
}

node::Command Administrators::import(const KeyId& key, std::int64_t lifetime_seconds) const {
  return begin(import_body(key), lifetime_seconds);
}

node::Command Administrators::import_raw(const KeyId& key) const {
  node::ImportKey body = import_body(key);
  body.terms.framing = node::KeyFraming::raw;
  return begin(std::move(body), kChangeLifetimeSeconds);
}

node::Command Administrators::rotate(const KeyId& key, KeyVersion to) const {
  return begin(node::RotateKey(key, to), kChangeLifetimeSeconds);
}

std::optional<node::Command> Administrators::enable(const KeyId& key,
                                                    bool enabled,
                                                    Site as_seen_at) const {
  if (!enabled) {
    return begin(node::DisableKey(key), kChangeLifetimeSeconds);
  }
  const std::optional<node::AdminReply> shown =
      nodes_[as_seen_at]->admin("GET", "/v1/keys/" + key.text(), "");
  if (!shown || shown->status != 200) {
    return std::nullopt;
  }
  std::vector<CommandId> blocks;
  for (const Json& block : Json::parse(shown->body).value("blocks", Json::array())) {
    blocks.push_back(CommandId::copy_of(from_hex(block.get<std::string>()).value()));
  }
  if (blocks.empty()) {
    return std::nullopt;
  }
  return lift(key, std::move(blocks));
}

node::Command Administrators::lift(const KeyId& key, std::vector<CommandId> blocks) const {
  node::Command command = begin(node::EnableKey(key), kChangeLifetimeSeconds);
  command.overrides = std::move(blocks);
  return command;
}

std::shared_ptr<SentCommand> Administrators::sign(const node::Command& command) {
  auto sent = std::make_shared<SentCommand>();
  sent->command = command;
  node::CommandEnvelope envelope;
  envelope.document = command.print();
  node::CommandSignature signature;
  signature.administrator = Setup::get().cluster.administrators.front().name;
  signature.signature =
      Setup::get().administrators.front().sign(node::command_signing_input(envelope.document));
  envelope.signatures.push_back(signature);
  sent->envelope = envelope.print();
  world_->trace().note("admin", std::string(command.kind()), command.key().text());
  sent_.push_back(sent);
  return sent;
}

bool Administrators::bring(SentCommand& sent, Site node) {
  const std::optional<node::AdminReply> reply =
      nodes_[node]->admin("POST", "/v1/commands", sent.envelope);
  if (!reply) {
    return false;
  }
  const Json body = Json::parse(reply->body);
  sent.states[node] = body.value("state", body.value("error", std::string("?")));
  return true;
}

void Administrators::bring_to_all(SentCommand& sent) {
  for (Site node = 0; node < kNodes; ++node) {
    bring(sent, node);
  }
}

void Administrators::ask(SentCommand& sent) {
  for (Site node = 0; node < kNodes; ++node) {
    const std::optional<node::AdminReply> reply =
        nodes_[node]->admin("GET", "/v1/commands/" + sent.command.id.hex(), "");
    if (reply && reply->status == 200) {
      sent.states[node] = Json::parse(reply->body).value("state", std::string());
    }
  }
}

}  // namespace tercet::sim
