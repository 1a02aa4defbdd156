#include "bench/keys/key_copies.h"

#include <algorithm>
#include <utility>

#include "core/crypto/hash.h"
#include "core/random/random.h"
#include "core/secret/access.h"
#include "core/time/clock.h"
#include "mpc/engine/key_material.h"
#include "mpc/keygen/components.h"
#include "node/store/command_log.h"
#include "node/store/decision_store.h"
#include "node/store/key_records.h"

namespace tercet::bench {
namespace {

constexpr std::size_t kAtOnce = 500;  ///< in one transaction
constexpr std::size_t kHashBytes = 32;

mpc::PartyIndex party_of(std::size_t node) {
  return mpc::kAllParties[node];
}

}  // namespace

Result<KeyCopies> KeyCopies::of(DevNodes& nodes, const KeyId& from) {
  KeyCopies out(nodes);
  for (DevNodes::Node& node : nodes.nodes()) {
    const node::KeyRecord* record = node.store->keys().find(from);
    if (record == nullptr) {
      return Error(Errc::not_found, "copy a key: a node does not have it")
          .hint("make it first: tercet key create --id " + from.text());
    }
    Held held;
    held.row = record->versions.front();
    TERCET_TRY(held.shares.components, node.store->shares().components(held.row.name));
    TERCET_TRY(held.shares.salts, node.store->shares().salts(held.row.name));
    TERCET_TRY(held.shares.derived, node.store->shares().derived(held.row.name));
    out.held_.push_back(std::move(held));
  }
  return out;
}

KeyCopies::Copy KeyCopies::make_copy(const KeyId& id) const {
  const ClusterId& cluster = nodes_->cluster().id;
  Copy out;
  node::CreateKey body(id);
  body.terms = held_.front().row.terms;
  out.command.id = CommandId(system_random().array<CommandId::kBytes>());
  out.command.cluster = cluster;
  out.command.created_at = system_wall_clock().now_seconds();
  out.command.expires_at = out.command.created_at + 60;
  out.command.body = std::move(body);
  out.envelope.document = out.command.print();
  node::CommandSignature signature;
  signature.administrator = nodes_->administrator();
  signature.signature =
      nodes_->administrator_key().sign(node::command_signing_input(out.envelope.document));
  out.envelope.signatures.push_back(std::move(signature));

  const SessionId sid(system_random().array<SessionId::kBytes>());
  node::DecisionRecord& decision = out.decision;
  decision.name = node::DecisionName(node::DecisionKind::make, nodes_->cluster().membership, sid);
  decision.keys = {node::DecidedKey(id, KeyVersion(1), out.command.id)};
  decision.outcome = node::Outcome::yes;
  decision.finished = true;
  for (std::size_t i = 0; i < held_.size(); ++i) {
    decision.votes.push_back(node::sign_vote(
        nodes_->nodes()[i].key, cluster, decision.name, party_of(i), node::VoteForm::yes));
  }
  return out;
}

node::EpochRecord KeyCopies::row_of(std::size_t node, const Copy& copy) const {
  const SecretAccess access = SecretAccess::grant();
  const KeyId& id = copy.decision.keys.front().key;
  const EpochId& epoch = copy.decision.name.sid;
  const mpc::PartyIndex self = party_of(node);
  node::EpochRecord row = held_[node].row;
  row.name = node::KeyEpoch(id, KeyVersion(1), epoch);
  row.made_by = copy.command.id;
  row.created_at = copy.command.created_at;
  const mpc::ByteShares own = mpc::restore_components(held_[node].shares.components).value();
  row.own_fingerprint = mpc::component_fingerprint(epoch, self, own.own);
  row.next_fingerprint = mpc::component_fingerprint(epoch, mpc::next(self), own.next);
  // The component that this node lacks is the next peer's `next`.
  const Held& next = held_[(node + 1) % held_.size()];
  const mpc::ByteShares theirs = mpc::restore_components(next.shares.components).value();
  row.missing_commitment =
      mpc::component_commitment(mpc::KeyName(nodes_->cluster().id, id, KeyVersion(1), epoch),
                                mpc::previous(self),
                                next.shares.salts.expose(access).last(kHashBytes),
                                theirs.next.expose(access));
  return row;
}

Status KeyCopies::write_at(std::size_t node, const std::vector<Copy>& copies) {
  node::NodeStore& store = *nodes_->nodes()[node].store;
  return store.atomically([&]() -> Status {
    for (const Copy& copy : copies) {
      node::LoggedCommand logged;
      logged.command = copy.command;
      logged.envelope = copy.envelope;
      logged.logged_at = copy.command.created_at;
      logged.state = node::CommandState::done;
      TERCET_TRY_STATUS(store.commands().append(logged));
      const node::EpochRecord row = row_of(node, copy);
      TERCET_TRY_STATUS(store.shares().put(row, held_[node].shares));
      TERCET_TRY_STATUS(store.shares().make_current(row.name));
      TERCET_TRY_STATUS(store.decisions().put(copy.decision));
    }
    return ok_status();
  });
}

Status KeyCopies::write(const std::string& prefix,
                        std::size_t count,
                        const std::function<void(std::size_t)>& progress) {
  std::vector<Copy> copies;
  for (std::size_t i = 1; i <= count; ++i) {
    TERCET_TRY(const KeyId id, KeyId::parse(prefix + "-" + std::to_string(i)));
    copies.push_back(make_copy(id));
    if (copies.size() < kAtOnce && i < count) {
      continue;
    }
    for (std::size_t node = 0; node < held_.size(); ++node) {
      TERCET_TRY_STATUS(write_at(node, copies));
    }
    copies.clear();
    progress(i);
  }
  return ok_status();
}

}  // namespace tercet::bench
