#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/config/cluster_config.h"
#include "core/crypto/box.h"
#include "core/crypto/signature.h"
#include "core/random/random.h"
#include "core/time/clock.h"
#include "node/command/command.h"
#include "node/command/envelope.h"
#include "node/command/receipt.h"
#include "node/model/membership.h"
#include "tests/unit/node/store/store_fixture.h"

namespace tercet::test {

class FixedClock final : public WallClock {
 public:
  std::int64_t now_seconds() const override { return now; }

  std::int64_t now = 1'800'000'000;
};

/// A cluster of three nodes and three administrators, with all their private keys.
class TestCluster {
 public:
  explicit TestCluster(std::uint32_t quorum = 1) {
    config.id = ClusterId({1, 2, 3});
    config.quorum = quorum;
    for (const char* name : {"ann", "bob", "cleo"}) {
      administrators.push_back(SigningKey::generate(system_random()));
      ClusterConfig::Administrator entry;
      entry.name = name;
      entry.public_key = administrators.back().public_key();
      config.administrators.push_back(entry);
    }
    for (std::uint8_t index = 1; index <= 3; ++index) {
      signing.push_back(SigningKey::generate(system_random()));
      import.push_back(BoxKey::generate(system_random()));
      ClusterConfig::Node node;
      node.id = "node-" + std::to_string(index);
      node.index = index;
      node.signing_public_key = signing.back().public_key();
      node.import_public_key = import.back().public_key();
      config.nodes.push_back(node);
    }
  }

  /// `body` with a head of its own.
  node::Command command(node::CommandBody body, std::vector<CommandId> overrides = {}) const {
    node::Command out;
    out.id = CommandId(system_random().array<16>());
    out.cluster = config.id;
    out.created_at = clock.now - 1;
    out.expires_at = clock.now + 60;
    out.overrides = std::move(overrides);
    out.body = std::move(body);
    return out;
  }

  node::Command create(const std::string& key) const {
    node::CreateKey body(key_id(key));
    body.terms.store = "dev";
    body.terms.usage = node::KeyUsage{true, true};
    return command(std::move(body));
  }

  node::Command disable(const std::string& key) const {
    return command(node::DisableKey(key_id(key)));
  }

  node::Command enable(const std::string& key, std::vector<CommandId> lifted) const {
    std::sort(lifted.begin(), lifted.end());
    return command(node::EnableKey(key_id(key)), std::move(lifted));
  }

  /// A node's receipt of a permit.
  node::Receipt receipt(std::size_t node, const std::string& document) const {
    node::Receipt out;
    out.node = mpc::kAllParties.at(node);
    out.membership = members().number;
    out.signature = signing[node].sign(
        node::receipt_signing_input(config.id, out.membership, out.node, document));
    return out;
  }

  node::Membership members() const { return node::Membership::of_cluster(config); }

  node::CommandEnvelope sign(const node::Command& command,
                             const std::vector<std::size_t>& signers = {0}) const {
    node::CommandEnvelope out;
    out.document = command.print();
    for (const std::size_t signer : signers) {
      node::CommandSignature signature;
      signature.administrator = config.administrators[signer].name;
      signature.signature = administrators[signer].sign(node::command_signing_input(out.document));
      out.signatures.push_back(signature);
    }
    return out;
  }

  ClusterConfig config;
  FixedClock clock;
  std::vector<SigningKey> administrators;
  std::vector<SigningKey> signing;
  std::vector<BoxKey> import;
};

}  // namespace tercet::test
