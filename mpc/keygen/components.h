#pragma once

#include <array>

#include "core/async/task.h"
#include "core/base/result.h"
#include "core/secret/secret_bytes.h"
#include "mpc/keygen/key_name.h"
#include "mpc/session/defences.h"
#include "mpc/session/party_context.h"
#include "mpc/share/rss.h"

namespace tercet::mpc {

/// The 32 secret bytes of both holders of this node's two components, as exchanged inside the NONCE
/// frames: `next` is about component i+1 (shared with the next peer), `own` about component i
/// (shared with the previous peer). Views; the caller owns the bytes and forgets them once the key
/// is durable.
class HolderBytes {
 public:
  HolderBytes(const SecretBytes& sent_to_next,
              const SecretBytes& received_from_next,
              const SecretBytes& sent_to_previous,
              const SecretBytes& received_from_previous)
      : to_next(&sent_to_next),
        from_next(&received_from_next),
        to_previous(&sent_to_previous),
        from_previous(&received_from_previous) {}

  const SecretBytes* to_next;
  const SecretBytes* from_next;
  const SecretBytes* to_previous;
  const SecretBytes* from_previous;
};

/// Creation: component j of the 32 key bytes is `hash("key", sid, j, bytes of P_j, bytes of
/// P_{j-1})`. Local. Source: protocol.md 6 "Creation". Nobody, at no time, knows the key.
/// Errors: peer_malformed unless all four are 32 bytes.
Result<ByteShares> create_components(const Party& party,
                                     const KeyName& name,
                                     const HolderBytes& bytes);

/// What a cross-commitment leaves at a node: the hash of the component it lacks, and the salts of
/// the two it holds.
class CrossCommitment {
 public:
  CrossCommitment() = default;
  std::array<std::uint8_t, 32> missing_hash{};
  SecretBytes salts;  ///< own, then next: 64 bytes
};

/// Whenever key components are fixed: each pair compares a keyed digest of its common component,
/// and both holders of a component send the third node a salted hash of it, which wants them equal.
///
/// Source:  protocol.md 6 "Cross-commitments"; rule P7.   Hops: 1.   Sends: 64 bytes to each peer.
/// Errors:  those of the channel; protocol_abort if digests or hashes differ.
template <class Defences = FullDefences>
Task<Result<CrossCommitment>> cross_commit(Party& party,
                                           KeyName name,
                                           const ByteShares& components);

/// The digest of one component, keyed with the digest key of the pair that holds it: equal at both
/// holders if their components are. `context` names what it is made for: the step's sid, or at link
/// set-up the session that made the epoch. `index` is the component's (1..3).
std::array<std::uint8_t, 32> component_digest(const PairSecret& pair,
                                              const SessionId& context,
                                              const KeyName& name,
                                              PartyIndex index,
                                              ByteView component);

/// What the node that lacks a component stores of it:
/// hash(label, cluster, key, version, epoch, j, salt, component).
std::array<std::uint8_t, 32> component_commitment(const KeyName& name,
                                                  PartyIndex index,
                                                  ByteView salt,
                                                  ByteView component);

/// Stands for one component in what nodes keep in the clear, so that holders can compare all of
/// them without opening any: it tells nothing of a component, which is 32 uniform bytes.
/// Component: 32 bytes. `epoch` names the session that made it, `index` is the component's (1..3).
std::array<std::uint8_t, 16> component_fingerprint(const EpochId& epoch,
                                                   PartyIndex index,
                                                   const SecretBytes& component);

extern template Task<Result<CrossCommitment>> cross_commit<FullDefences>(Party&,
                                                                         KeyName,
                                                                         const ByteShares&);

}  // namespace tercet::mpc
