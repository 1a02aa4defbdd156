#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/signature.h"
#include "mpc/party.h"
#include "node/model/membership.h"

/// Votes of the three nodes on a joint decision (docs/key-lifecycle.md): what a decision is called,
/// what a node signs, how a vote travels and is judged.
namespace tercet::node {

/// What is decided. The decision is named by the sid of its session; a destruction, which has none,
/// by `destruction_sid` of its delete command.
enum class DecisionKind : std::uint8_t {
  make = 1,     ///< a version of a key, or several keys made side by side
  refresh = 2,  ///< new shares of every key
  destroy = 3,  ///< the shares of a deleted key, at the end of its waiting period
};

std::string_view print_decision_kind(DecisionKind kind);

enum class VoteForm : std::uint8_t {
  /// The whole set is durable here and the key check passed here (destroy: the waiting period is
  /// over by this node's clock).
  yes = 1,
  /// This node never voted YES on it and never will make it current.
  first_hand_no = 2,
  /// This node will never make it current, because of another node's first-hand NO. It may stand
  /// beside the node's YES; a first-hand NO beside a YES proves its signer corrupt.
  following_no = 3,
  /// Refresh only: this node has the three YES and serves the new epoch too.
  done = 4,
};

SessionId destruction_sid(const CommandId& delete_command);

/// Names one decision; part of everything signed about it.
class DecisionName {
 public:
  DecisionName() = default;

  DecisionName(DecisionKind its_kind, MembershipNumber of_membership, const SessionId& its_sid)
      : kind(its_kind), membership(of_membership), sid(its_sid) {}

  DecisionKind kind = DecisionKind::make;
  MembershipNumber membership;
  SessionId sid;

  auto operator<=>(const DecisionName&) const = default;
};

/// One node's vote. A following NO carries the first-hand NO that it follows.
class Vote {
 public:
  class Cause {
   public:
    Cause() = default;

    Cause(mpc::PartyIndex its_node, const Signature& its_signature)
        : node(its_node), signature(its_signature) {}

    bool operator==(const Cause&) const = default;

    mpc::PartyIndex node = mpc::PartyIndex::p1;
    Signature signature{};  ///< of its first-hand NO
  };

  Vote() = default;

  bool is_no() const { return form == VoteForm::first_hand_no || form == VoteForm::following_no; }

  /// The first-hand NO that a following NO carries, as a vote of its own.
  Vote cause_vote() const;

  /// Fixed layout, at most kVoteBytesMax.
  void encode(ByteWriter& into) const;
  /// Errors: peer_malformed (an unknown form or node; a cause where none belongs).
  static Result<Vote> decode(ByteReader& from);

  bool operator==(const Vote&) const = default;

  mpc::PartyIndex node = mpc::PartyIndex::p1;
  VoteForm form = VoteForm::yes;
  Signature signature{};
  std::optional<Cause> cause;
};

inline constexpr std::size_t kVoteBytesMax = 2 + kSignatureBytes + 1 + kSignatureBytes;
/// Of one decision: each node's YES, both forms of NO, DONE.
inline constexpr std::size_t kVotesPerDecisionMax = 12;

/// Who may vote: the signing keys of the members under one number of the membership.
class Electorate {
 public:
  Electorate() = default;
  static Electorate of(const ClusterId& cluster, const Membership& members);

  const PublicKey& key_of(mpc::PartyIndex node) const { return keys[mpc::number(node) - 1U]; }

  ClusterId cluster;
  MembershipNumber membership;
  std::array<PublicKey, 3> keys;  ///< of P1, P2, P3
};

/// The bytes that `node` signs: an injective encoding of label, kind, cluster, number of the
/// membership, sid, node and form.
Bytes vote_signing_input(const ClusterId& cluster,
                         const DecisionName& name,
                         mpc::PartyIndex node,
                         VoteForm form);

/// `cause` is given for a following NO and for nothing else (checked).
Vote sign_vote(const SigningKey& key,
               const ClusterId& cluster,
               const DecisionName& name,
               mpc::PartyIndex node,
               VoteForm form,
               const std::optional<Vote::Cause>& cause = std::nullopt);

/// Signed by a member of this electorate, for this decision under its membership, and of a form
/// that the kind has; a cause is another node's and as valid.
bool vote_is_valid(const Electorate& electorate, const DecisionName& name, const Vote& vote);

}  // namespace tercet::node
