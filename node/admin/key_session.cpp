#include "node/admin/key_session.h"

#include <algorithm>
#include <utility>

#include "core/config/cluster_config.h"
#include "core/crypto/signature.h"
#include "core/secret/secret_bytes.h"
#include "mpc/engine/key_material.h"
#include "mpc/keygen/components.h"
#include "mpc/keygen/derive.h"
#include "mpc/onehot/stock.h"
#include "mpc/session/party_context.h"
#include "node/admin/import_box.h"
#include "node/store/node_store.h"

namespace tercet::node {
namespace {

constexpr std::array kBothSides = {mpc::Side::next, mpc::Side::previous};

mpc::KeyName key_name(const KeySessionContext& context, const KeyEpoch& name) {
  return mpc::KeyName(context.cluster->id, name.key, name.version, name.epoch);
}

Result<mpc::ByteShares> first_components(const KeySessionContext& context,
                                         JointSession& session,
                                         const KeyPlan& plan,
                                         const Command& command) {
  if (command.kind == CommandKind::import_key) {
    TERCET_CHECK(command.import.has_value());
    const ImportBinding binding(context.cluster->id, plan.name.key, plan.name.version);
    TERCET_TRY(const SecretBytes components,
               open_import(*command.import, binding, session.party().self(), *context.import_key));
    return mpc::restore_components(components);
  }
  const Contributions& given = session.contributions();
  const mpc::HolderBytes bytes(given.sent_to_next,
                               given.received_from_next,
                               given.sent_to_previous,
                               given.received_from_previous);
  return mpc::create_components(session.party(), key_name(context, plan.name), bytes);
}

Status take_held(const KeySessionContext& context,
                 const KeyEpoch& name,
                 const SessionId& session,
                 mpc::PartyIndex signer,
                 ByteView payload) {
  HeldSignature held;
  held.node = signer;
  if (payload.size() != held.signature.size()) {
    return Error(Errc::peer_malformed, "take a HELD: it has a wrong length");
  }
  std::copy(payload.begin(), payload.end(), held.signature.begin());
  if (!held_is_valid(*context.cluster, name, session, held)) {
    return Error(Errc::protocol_abort, "take a HELD: its signature is wrong");
  }
  return context.store->shares().put_held(name, held);
}

/// HELD: signed over the session, durable, then told to both peers.
Task<Status> exchange_held(const KeySessionContext& context,
                           JointSession& session,
                           const KeyEpoch& name) {
  mpc::Party& party = session.party();
  const mpc::PartyIndex self = party.self();
  const HeldSignature held(self,
                           context.signing_key->sign(
                               held_signing_input(context.cluster->id, name, session.sid(), self)));
  TERCET_CO_TRY_STATUS(context.store->shares().put_held(name, held));

  // one hop: HELD to both peers
  TERCET_CO_TRY(const mpc::Round round, party.begin_round(mpc::Label::held));
  mpc::send_message(party, round, mpc::Side::next, to_bytes(held.signature));
  mpc::send_message(party, round, mpc::Side::previous, to_bytes(held.signature));
  for (const mpc::Side side : kBothSides) {
    TERCET_CO_TRY(const Bytes payload,
                  co_await mpc::receive_message(party, round, side, kSignatureBytes));
    TERCET_CO_TRY_STATUS(take_held(context, name, session.sid(), party.peer(side), payload));
  }
  co_return ok_status();
}

Task<Status> check_key(const KeySessionContext& context,
                       JointSession& session,
                       const KeyEpoch& name,
                       std::shared_ptr<const mpc::KeyMaterial> material,
                       mpc::VectorRange vectors) {
  TERCET_CO_TRY(
      const mpc::KeyCheckValue value,
      co_await context.engine->key_check(
          session.party(), key_name(context, name), std::move(material), std::move(vectors)));
  co_return context.store->shares().put_check_value(name, value);
}

}  // namespace

bool held_is_valid(const ClusterConfig& cluster,
                   const KeyEpoch& name,
                   const SessionId& session,
                   const HeldSignature& held) {
  const Bytes input = held_signing_input(cluster.id, name, session, held.node);
  const auto& node = cluster.nodes[mpc::number(held.node) - 1U];
  return node.signing_public_key.verify(input, held.signature);
}

Task<Status> run_key_session(KeySessionContext context,
                             JointSession& session,
                             KeyPlan plan,
                             Command command) {
  ShareStore& shares = context.store->shares();
  const mpc::KeyName name = key_name(context, plan.name);
  mpc::VectorRange vectors = session.take_vectors();
  mpc::VectorRange for_derive = vectors.take_front(mpc::kDeriveVectors);

  // components durable as pending
  TERCET_CO_TRY(mpc::ByteShares components, first_components(context, session, plan, command));
  TERCET_CO_TRY_STATUS(
      shares.put_components(plan.name, session.sid(), mpc::serialize_components(components)));

  // pair digests and cross-commitments
  TERCET_CO_TRY(mpc::CrossCommitment crossed,
                co_await mpc::cross_commit(session.party(), name, components));
  TERCET_CO_TRY_STATUS(shares.put_commitments(plan.name, crossed.missing_hash, crossed.salts));

  // derived values; the set durable
  TERCET_CO_TRY(std::shared_ptr<const mpc::KeyMaterial> material,
                co_await context.engine->derive(
                    session.party(), name, std::move(components), std::move(for_derive)));
  TERCET_CO_TRY_STATUS(shares.put_derived(plan.name, material->serialize()));

  TERCET_CO_TRY_STATUS(co_await exchange_held(context, session, plan.name));
  co_return co_await check_key(
      context, session, plan.name, std::move(material), std::move(vectors));
}

Task<Status> run_check_session(KeySessionContext context, JointSession& session, KeyPlan plan) {
  TERCET_CO_TRY(const SecretBytes derived, context.store->shares().derived(plan.name));
  TERCET_CO_TRY(std::shared_ptr<const mpc::KeyMaterial> material,
                mpc::KeyMaterial::restore(derived, session.party().self()));
  mpc::VectorRange vectors = session.take_vectors();
  co_return co_await check_key(
      context, session, plan.name, std::move(material), std::move(vectors));
}

}  // namespace tercet::node
