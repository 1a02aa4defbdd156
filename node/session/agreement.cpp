#include "node/session/agreement.h"

#include <utility>

namespace tercet::node {

namespace {

constexpr std::size_t kContributionBytes = 32;

std::string_view operation_of(SessionKind kind) {
  switch (kind) {
    case SessionKind::lease:
      return "lease";
    case SessionKind::own_lease:
      return "own lease";
    case SessionKind::batch:
      return "batch";
    case SessionKind::key_command:
      return "key command";
  }
  TERCET_CHECK(false);
}

}  // namespace

AgreedSession::AgreedSession(Proposal proposal,
                             std::unique_ptr<MuxChannel> channel,
                             mpc::PairSecrets secrets,
                             RandomSource& random,
                             Contributions contributions)
    : proposal_(std::move(proposal)),
      channel_(std::move(channel)),
      party_(channel_->self(),
             mpc::ParticipantSet::p123,
             channel_->sid(),
             std::move(secrets),
             *channel_,
             random),
      contributions_(std::move(contributions)) {}

mpc::VectorRange AgreedSession::take_vectors() {
  TERCET_CHECK(vectors_.has_value());
  mpc::VectorRange vectors = std::move(*vectors_);
  vectors_.reset();
  return vectors;
}

mpc::SessionIdentity AgreementRunner::identity(const ClusterId& cluster,
                                               const Proposal& proposal,
                                               const Trio& trio) {
  mpc::SessionIdentity identity;
  identity.cluster = cluster;
  identity.operation = operation_of(proposal.kind);
  identity.set = mpc::ParticipantSet::p123;
  identity.membership = trio.membership;
  identity.generations = trio.generations;
  // names are of the pairs 12, 23, 31; component 1 is held by the pair 31, 2 by 12, 3 by 23
  identity.pair_secrets[0] = trio.names[2];
  identity.pair_secrets[1] = trio.names[0];
  identity.pair_secrets[2] = trio.names[1];
  identity.opener = proposal.opener;
  identity.plan = proposal.encode();
  if (proposal.vectors.count > 0) {
    ByteWriter material;
    material.raw(proposal.vectors.lease.view()).raw(proposal.vectors.batch.view());
    material.u32(proposal.vectors.first).u32(proposal.vectors.count);
    identity.materials.push_back(material.take());
  }
  return identity;
}

Task<Result<std::unique_ptr<AgreedSession>>> AgreementRunner::run(Proposal proposal,
                                                                  Trio trio,
                                                                  mpc::PairSecrets secrets,
                                                                  Deadline agreement_until,
                                                                  Deadline session_until) {
  const mpc::SessionIdentity about = identity(cluster_, proposal, trio);
  TERCET_CO_TRY(const std::unique_ptr<MuxChannel> meeting,
                mux_->open(about.proposal_hash(), std::nullopt, agreement_until));
  mpc::PeerContributions sent;
  Contributions contributions;
  if (proposal.with_contributions) {
    sent.next = SecretBytes::random(kContributionBytes, *random_);
    sent.previous = SecretBytes::random(kContributionBytes, *random_);
    contributions.sent_to_next = sent.next.clone();
    contributions.sent_to_previous = sent.previous.clone();
  }
  Result<mpc::Agreed> agreed =
      co_await mpc::agree<mpc::FullDefences>(*meeting, about, *random_, sent);
  if (!agreed) {
    meeting->abort(agreed.error().code());
    co_return std::move(agreed).error();
  }
  meeting->finish();
  if (proposal.with_contributions) {
    contributions.received_from_next = std::move(agreed->received.next);
    contributions.received_from_previous = std::move(agreed->received.previous);
    if (contributions.received_from_next.size() != kContributionBytes ||
        contributions.received_from_previous.size() != kContributionBytes) {
      mux_->send_abort(agreed->sid, std::nullopt, Errc::peer_malformed);
      co_return Error(Errc::peer_malformed, "agreement: a contribution has the wrong length");
    }
  }
  TERCET_CO_TRY(std::unique_ptr<MuxChannel> channel,
                mux_->open(agreed->sid, std::nullopt, session_until));
  co_return std::make_unique<AgreedSession>(std::move(proposal),
                                            std::move(channel),
                                            std::move(secrets),
                                            *random_,
                                            std::move(contributions));
}

}  // namespace tercet::node
