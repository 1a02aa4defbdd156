#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "core/async/task.h"
#include "core/crypto/hash.h"
#include "core/crypto/signature.h"
#include "core/net/frame_link.h"
#include "core/random/random.h"
#include "core/secret/secret_bytes.h"
#include "core/time/clock.h"
#include "mpc/party.h"
#include "node/link/hello.h"
#include "node/link/rollback_watch.h"
#include "node/model/membership.h"

namespace tercet::mpc {
class PairSecret;
}

namespace tercet::node {

/// Who this node is, what it signs with, and whom it takes for a peer. Outlives the set-ups.
class LinkIdentity {
 public:
  LinkIdentity() = default;
  mpc::PartyIndex self = mpc::PartyIndex::p1;
  ClusterId cluster;
  Membership membership;
  const SigningKey* signing_key = nullptr;  ///< not owned; its public key stands in the membership
};

/// What this node's generation knows about one peer, across reconnects: the peer's generation, the
/// pair secret of the two generations, the watch over its counts and challenges.
/// Threads: the service's executor only.
class PeerRecord {
 public:
  explicit PeerRecord(mpc::PartyIndex peer) : peer_(peer) {}

  mpc::PartyIndex peer() const { return peer_; }

  const std::optional<GenerationId>& generation() const { return generation_; }

  /// Null until the first link set-up with the peer's present generation.
  const std::shared_ptr<const mpc::PairSecret>& secret() const { return secret_; }

  std::optional<PairName> secret_name() const;

  RollbackWatch& watch() { return watch_; }

  /// So many generations that are over are remembered; the oldest are forgotten.
  static constexpr std::size_t kEndedKept = 1024;

  bool has_ended(const GenerationId& generation) const;

  /// A generation of the peer is over: never accepted again. True if it was the present one: its
  /// secret is dropped.
  bool end_generation(const GenerationId& generation);
  /// This node began a new generation of its own: nothing of the old pair is left, what ended stays
  /// ended.
  void forget_secret();

 private:
  template <class D>
  friend class BasicLinkSetup;

  void note_ended(const GenerationId& generation);

  mpc::PartyIndex peer_;
  std::optional<GenerationId> generation_;
  std::deque<GenerationId> ended_;
  std::shared_ptr<const mpc::PairSecret> secret_;
  SecretBytes confirm_key_;
  RollbackWatch watch_;
  /// Of set-ups that succeeded, and of secrets dropped: one that is under way judges by what was
  /// known when it began, so it is over when this has grown.
  std::uint64_t changes_ = 0;
};

/// The defences of link set-up as compile-time switches; products instantiate these only (see
/// mpc::FullDefences).
struct FullLinkDefences {
  static constexpr bool refuse_ended = true;     ///< a generation that ended stays ended
  static constexpr bool watch_rollbacks = true;  ///< session counts and echoes go forward
  static constexpr bool signed_confirm = true;   ///< by the peer's signing key, over this very link
  /// No generation ends for a HELLO that nobody has signed.
  static constexpr bool confirm_before_verdict = true;
  /// A set-up that another has overtaken ends its own link and says nothing of generations: what
  /// the peer said on it was true when it was said, and somebody held it back.
  static constexpr bool refuse_overtaken = true;
};

namespace detail {

/// What CONFIRM is about: both HELLOs as they were sent, and the connection they were sent on.
class SetupTranscript {
 public:
  SetupTranscript(const LinkIdentity& identity, mpc::PartyIndex peer, ByteView channel_binding)
      : identity_(identity), peer_(peer), binding_(to_bytes(channel_binding)) {}

  void set_hellos(ByteView mine, ByteView theirs);

  /// Under one secret's key, by its sender. Compare in constant time.
  std::array<std::uint8_t, 32> mac(const SecretBytes& key, mpc::PartyIndex sender) const;
  /// What the sender signs: both HELLOs, both names, the channel binding, its verdict on the
  /// receiver's generation.
  Bytes signed_text(mpc::PartyIndex sender, bool receiver_over) const;

 private:
  const LinkIdentity& identity_;
  mpc::PartyIndex peer_;
  Bytes binding_;
  Sha256Digest lower_{};  ///< of the HELLO of the lower number
  Sha256Digest higher_{};
};

}  // namespace detail

/// How a set-up ended.
enum class SetupOutcome : std::uint8_t {
  kept,        ///< both named the same secret
  new_secret,  ///< everything that named the old secret must be dropped
};

/// HELLO and CONFIRM on a fresh link (protocol.md 2 "Link set-up"): both sides contribute 32 random
/// bytes, the pair secret comes from both, and before any other frame each proves that it has the
/// same one, and by its signature that it is the node of the cluster file and at the other end of
/// this very connection. Afterwards the link may carry sessions.
///
/// A HELLO alone says nothing about anybody: what it says of generations that are over counts once
/// its sender's CONFIRM has been checked, and each tells the other of it in its own CONFIRM.
///
/// Hops: 2, off the path. Secret: the contributions and what comes from them.
/// Errors: peer_malformed; unsupported (no version in common); denied (another cluster, another
/// membership, another sender than the certificate says, a link without channel binding, a wrong
/// signature); protocol_abort (CONFIRM does not match); closed (another set-up with the peer
/// succeeded meanwhile: this link only is over). With wrong_state, `ended_generation` is the
/// one that the peer offered if that is over (the peer was told), and `self_ended` says that this
/// node's own is.
template <class D>
class BasicLinkSetup {
 public:
  BasicLinkSetup(FrameLink& link,
                 PeerRecord& record,
                 const LinkIdentity& identity,
                 RandomSource& random)
      : link_(link), record_(record), identity_(identity), random_(random) {}

  Task<Result<SetupOutcome>> run(GenerationId own, std::uint64_t session_count, Deadline until);

  /// To be ended in the record by the caller.
  const std::optional<GenerationId>& ended_generation() const { return ended_generation_; }

  bool self_ended() const { return self_ended_; }

  /// Of the peer protocol, that both speak; after a set-up that went well.
  std::uint16_t version() const { return version_; }

 private:
  Hello make_hello(const GenerationId& own, std::uint64_t session_count);
  Status check_hello(const Hello& hello);
  Status check_confirm(const Confirm& confirm, const detail::SetupTranscript& transcript);
  Status check_not_overtaken(std::uint64_t changes_before) const;
  /// What the peer's offer says of its generation and of this node's; keeps in `watch` what was
  /// seen.
  WatchVerdict judge(const OfferedGeneration& offer,
                     const GenerationId& own,
                     RollbackWatch& watch) const;
  Status act_on(WatchVerdict verdict, bool self_over, const GenerationId& offered);
  SetupOutcome keep(const OfferedGeneration& theirs, SecretBytes derived, SecretBytes confirm_key);

  FrameLink& link_;
  PeerRecord& record_;
  const LinkIdentity& identity_;
  RandomSource& random_;
  std::uint16_t version_ = 0;
  std::optional<GenerationId> ended_generation_;
  bool self_ended_ = false;
};

/// The MAC of a BulkHello: ties the bulk link to the pair secret, and so to the signatures with
/// which that was made. Compare in constant time.
std::array<std::uint8_t, 32> bulk_mac(const mpc::PairSecret& secret,
                                      mpc::PartyIndex sender,
                                      const GenerationId& generation,
                                      ByteView channel_binding);

using LinkSetup = BasicLinkSetup<FullLinkDefences>;
extern template class BasicLinkSetup<FullLinkDefences>;

}  // namespace tercet::node
