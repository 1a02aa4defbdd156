#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/random/random.h"
#include "core/secret/secret_bytes.h"
#include "mpc/channel/party_channel.h"
#include "mpc/party.h"
#include "mpc/prf/pair_secret.h"
#include "mpc/session/defences.h"

namespace tercet::mpc {

inline constexpr std::uint16_t kProtocolVersion = 1;
/// From the proposal on; the channel's deadline (protocol.md 2).
inline constexpr std::uint32_t kAgreementMs = 5000;
inline constexpr std::size_t kContributionBytesMax = 4096;

using AgreementNonce = std::array<std::uint8_t, 32>;

/// What a session under agreement is about: all that its sid names but the nonces.
class SessionIdentity {
 public:
  SessionIdentity() = default;

  ClusterId cluster;
  std::string operation;  ///< fixed word, e.g. "lease", "batch", "create key"
  ParticipantSet set = ParticipantSet::p123;
  MembershipNumber membership{1};              ///< who the nodes of the cluster are
  std::array<GenerationId, 3> generations;     ///< of P1, P2, P3
  std::array<PairSecretName, 3> pair_secrets;  ///< of the holders of component 1, 2, 3
  std::string opener;                          ///< certificate name of who opened it
  Bytes plan;                                  ///< as the opener sent it
  std::vector<Bytes> materials;                ///< injective encodings of the ids used

  /// An injective encoding.
  Bytes encode() const;
  /// hash("proposal", encode()): names the channel until there is a sid.
  SessionId proposal_hash() const;
};

/// The sid: a hash over the identity and the nonces of P1, P2, P3.
SessionId session_id(const SessionIdentity& identity, const std::array<AgreementNonce, 3>& nonces);

/// Secret bytes for each peer that ride in the NONCE frames; either may be empty.
class PeerContributions {
 public:
  PeerContributions() = default;
  SecretBytes next;      ///< to (or from) the next peer
  SecretBytes previous;  ///< to (or from) the previous peer
};

/// What came out of an agreement.
class Agreed {
 public:
  Agreed() = default;
  SessionId sid;
  std::array<AgreementNonce, 3> nonces{};
  PeerContributions received;
};

/// Runs NONCE and SID over `channel`, which is bound to the proposal's hash and has the agreement's
/// deadline (kAgreementMs). Every node has the proposal already and judged its plan valid.
///
/// Source:  protocol.md 2 "Agreement".   Hops: 2.
/// Secret:  `sent`, only to the peer it is for; not part of the sid.
/// Ownership: channel, identity, random and sent outlive the task.
/// Errors:  those of the channel; peer_malformed; session_mismatch (another proposal or sid).
template <class Defences = FullDefences>
Task<Result<Agreed>> agree(PartyChannel& channel,
                           const SessionIdentity& identity,
                           RandomSource& random,
                           const PeerContributions& sent);

extern template Task<Result<Agreed>> agree<FullDefences>(PartyChannel& channel,
                                                         const SessionIdentity& identity,
                                                         RandomSource& random,
                                                         const PeerContributions& sent);

}  // namespace tercet::mpc
