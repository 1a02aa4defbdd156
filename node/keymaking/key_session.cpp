#include "node/keymaking/key_session.h"

#include <utility>

#include "core/config/cluster_config.h"
#include "mpc/engine/key_material.h"
#include "mpc/keygen/components.h"
#include "mpc/keygen/derive.h"
#include "mpc/session/party_context.h"
#include "node/keymaking/import_box.h"

namespace tercet::node {
namespace {

mpc::KeyName key_name(const KeySessionContext& context, const KeyEpoch& name) {
  return mpc::KeyName(context.cluster->id, name.key, name.version, name.epoch);
}

Result<mpc::ByteShares> first_components(const KeySessionContext& context,
                                         JointSession& session,
                                         const KeyEpoch& name,
                                         const Command& command) {
  if (const std::optional<Making> making = command.making(); making->import) {
    const ImportBinding binding(context.cluster->id, name.key, name.version);
    TERCET_TRY(const SecretBytes components,
               open_import(*making->import, binding, session.party().self(), *context.import_key));
    return mpc::restore_components(components);
  }
  const Contributions& given = session.contributions();
  const mpc::HolderBytes bytes(given.sent_to_next,
                               given.received_from_next,
                               given.sent_to_previous,
                               given.received_from_previous);
  return mpc::create_components(session.party(), key_name(context, name), bytes);
}

}  // namespace

KeySession::KeySession(const KeySessionContext& context, JointSession& session)
    : context_(context), session_(session) {}

KeySession::~KeySession() = default;

Task<Status> KeySession::make(KeyPlan plan, Command command) {
  name_ = KeyEpoch(plan.key, plan.version, session_.sid());
  made_.record.name = name_;
  made_.record.made_by = plan.command;
  made_.record.created_at = command.created_at;
  made_.record.terms = plan.terms;
  const mpc::KeyName name = key_name(context_, name_);
  mpc::VectorRange vectors = session_.take_vectors();
  mpc::VectorRange for_derive = vectors.take_front(mpc::kDeriveVectors);
  for_check_ = std::make_unique<mpc::VectorRange>(std::move(vectors));

  TERCET_CO_TRY(mpc::ByteShares components, first_components(context_, session_, name_, command));
  made_.shares.components = mpc::serialize_components(components);
  const mpc::PartyIndex self = session_.party().self();
  made_.record.own_fingerprint = mpc::component_fingerprint(name_.epoch, self, components.own);
  made_.record.next_fingerprint =
      mpc::component_fingerprint(name_.epoch, mpc::next(self), components.next);

  // pair digests and cross-commitments
  TERCET_CO_TRY(mpc::CrossCommitment crossed,
                co_await mpc::cross_commit(session_.party(), name, components));
  made_.record.missing_commitment = crossed.missing_hash;
  made_.shares.salts = std::move(crossed.salts);

  // derived values
  TERCET_CO_TRY(material_,
                co_await context_.engine->derive(
                    session_.party(), name, std::move(components), std::move(for_derive)));
  made_.shares.derived = material_->serialize();
  co_return ok_status();
}

Task<Status> KeySession::check() {
  const mpc::KeyName name = key_name(context_, name_);
  TERCET_CO_TRY(made_.record.check_value,
                co_await context_.engine->key_check(
                    session_.party(), name, material_, std::move(*for_check_)));
  co_return ok_status();
}

}  // namespace tercet::node
