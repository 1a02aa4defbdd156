#include "node/decision/vote.h"

#include <algorithm>
#include <utility>

namespace tercet::node {
namespace {

constexpr std::string_view kVoteLabel = "tercet vote v1";

/// Nothing unless the number is that of a node.
std::optional<mpc::PartyIndex> node_of(std::uint8_t number) {
  if (number < 1 || number > mpc::kAllParties.size()) {
    return std::nullopt;
  }
  return static_cast<mpc::PartyIndex>(number);
}

bool kind_has(DecisionKind kind, VoteForm form) {
  return form != VoteForm::done || kind == DecisionKind::refresh;
}

}  // namespace

std::string_view print_decision_kind(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::make:
      return "make";
    case DecisionKind::refresh:
      return "refresh";
    case DecisionKind::destroy:
      return "destroy";
  }
  return "unknown";
}

SessionId destruction_sid(const CommandId& delete_command) {
  std::array<std::uint8_t, SessionId::kBytes> padded{};
  std::ranges::copy(delete_command.view(), padded.begin());
  return SessionId(padded);
}

Vote Vote::cause_vote() const {
  TERCET_CHECK(cause.has_value());
  Vote vote;
  vote.node = cause->node;
  vote.form = VoteForm::first_hand_no;
  vote.signature = cause->signature;
  return vote;
}

void Vote::encode(ByteWriter& into) const {
  into.u8(mpc::number(node)).u8(static_cast<std::uint8_t>(form)).raw(signature);
  if (form == VoteForm::following_no) {
    TERCET_CHECK(cause.has_value());
    into.u8(mpc::number(cause->node)).raw(cause->signature);
  }
}

Result<Vote> Vote::decode(ByteReader& from) {
  const std::optional<mpc::PartyIndex> node = node_of(from.u8());
  const std::uint8_t form = from.u8();
  Vote vote;
  vote.signature = from.array<kSignatureBytes>();
  if (!node || form < static_cast<std::uint8_t>(VoteForm::yes) ||
      form > static_cast<std::uint8_t>(VoteForm::done)) {
    return Error(Errc::peer_malformed, "read a vote: an unknown node or form");
  }
  vote.node = *node;
  vote.form = static_cast<VoteForm>(form);
  if (vote.form == VoteForm::following_no) {
    const std::optional<mpc::PartyIndex> followed = node_of(from.u8());
    const Signature signature = from.array<kSignatureBytes>();
    if (!followed || *followed == vote.node) {
      return Error(Errc::peer_malformed, "read a vote: a NO that follows no other node's");
    }
    vote.cause = Cause(*followed, signature);
  }
  return vote;
}

Electorate Electorate::of(const ClusterId& cluster, const Membership& members) {
  Electorate electorate;
  electorate.cluster = cluster;
  electorate.membership = members.number;
  for (std::size_t i = 0; i < electorate.keys.size(); ++i) {
    electorate.keys[i] = members.members[i].signing_key;
  }
  return electorate;
}

Bytes vote_signing_input(const ClusterId& cluster,
                         const DecisionName& name,
                         mpc::PartyIndex node,
                         VoteForm form) {
  ByteWriter input;
  input.text(kVoteLabel).u8(static_cast<std::uint8_t>(name.kind)).raw(cluster.view());
  input.u32(name.membership.value()).raw(name.sid.view());
  input.u8(mpc::number(node)).u8(static_cast<std::uint8_t>(form));
  return input.take();
}

Vote sign_vote(const SigningKey& key,
               const ClusterId& cluster,
               const DecisionName& name,
               mpc::PartyIndex node,
               VoteForm form,
               const std::optional<Vote::Cause>& cause) {
  TERCET_CHECK(cause.has_value() == (form == VoteForm::following_no));
  Vote vote;
  vote.node = node;
  vote.form = form;
  vote.signature = key.sign(vote_signing_input(cluster, name, node, form));
  vote.cause = cause;
  return vote;
}

bool vote_is_valid(const Electorate& electorate, const DecisionName& name, const Vote& vote) {
  if (name.membership != electorate.membership || !kind_has(name.kind, vote.form) ||
      vote.cause.has_value() != (vote.form == VoteForm::following_no)) {
    return false;
  }
  const Bytes input = vote_signing_input(electorate.cluster, name, vote.node, vote.form);
  if (!electorate.key_of(vote.node).verify(input, vote.signature)) {
    return false;
  }
  return !vote.cause ||
         (vote.cause->node != vote.node && vote_is_valid(electorate, name, vote.cause_vote()));
}

}  // namespace tercet::node
