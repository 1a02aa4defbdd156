#pragma once

#include <memory>
#include <optional>
#include <set>

#include "core/async/task.h"
#include "core/net/frame_link.h"
#include "core/random/random.h"
#include "core/secret/secret_bytes.h"
#include "core/time/clock.h"
#include "mpc/party.h"
#include "node/link/peer_frames.h"
#include "node/link/rollback_watch.h"

namespace tercet::mpc {
class PairSecret;
}

namespace tercet::node {

/// What this node's generation knows about one peer, across reconnects: the peer's generation, the
/// pair secret of the two generations, the watch over its counts and challenges.
/// Threads: the service's executor only.
class PeerRecord {
 public:
  PeerRecord(mpc::PartyIndex self, mpc::PartyIndex peer, const ClusterId& cluster)
      : self_(self), peer_(peer), cluster_(cluster) {}

  mpc::PartyIndex self() const { return self_; }

  mpc::PartyIndex peer() const { return peer_; }

  const ClusterId& cluster() const { return cluster_; }

  const std::optional<GenerationId>& generation() const { return generation_; }

  /// Null until the first link set-up with the peer's present generation.
  const std::shared_ptr<const mpc::PairSecret>& secret() const { return secret_; }

  std::optional<PairName> secret_name() const;

  RollbackWatch& watch() { return watch_; }

  bool has_ended(const GenerationId& generation) const { return ended_.contains(generation); }

  /// The peer's present generation is over: never accepted again, its secret is dropped.
  void end_peer_generation();
  /// This node began a new generation of its own: nothing of the old pair is left, what ended stays
  /// ended.
  void forget_secret();

 private:
  template <class D>
  friend class BasicLinkSetup;

  mpc::PartyIndex self_;
  mpc::PartyIndex peer_;
  ClusterId cluster_;
  std::optional<GenerationId> generation_;
  std::set<GenerationId> ended_;
  std::shared_ptr<const mpc::PairSecret> secret_;
  SecretBytes confirm_key_;
  RollbackWatch watch_;
};

/// The defences of link set-up as compile-time switches; products instantiate these only (see
/// mpc::FullDefences).
struct FullLinkDefences {
  static constexpr bool refuse_ended = true;     ///< a generation that ended stays ended
  static constexpr bool watch_rollbacks = true;  ///< session counts and echoes go forward
};

/// How a set-up ended.
enum class SetupOutcome : std::uint8_t {
  kept,        ///< both named the same secret
  new_secret,  ///< everything that named the old secret must be dropped
};

/// HELLO and CONFIRM on a fresh link (protocol.md 2 "Link set-up"): both sides contribute 32 random
/// bytes, the pair secret comes from both, and each proves that it has the same one before any
/// other frame. Afterwards the link may carry sessions.
///
/// Hops: 2, off the path. Secret: the contributions and what comes from them.
/// Errors: peer_malformed; denied (another cluster, another sender than the certificate says);
/// protocol_abort (CONFIRM does not match); `ended` is set on wrong_state: the peer's generation is
/// over (told to it by the caller) or, `self_ended`, this node's own.
template <class D>
class BasicLinkSetup {
 public:
  BasicLinkSetup(FrameLink& link, PeerRecord& record, RandomSource& random)
      : link_(link), record_(record), random_(random) {}

  Task<Result<SetupOutcome>> run(GenerationId own, std::uint64_t session_count, Deadline until);

  bool peer_ended() const { return peer_ended_; }

  bool self_ended() const { return self_ended_; }

 private:
  Status check_hello(const Hello& hello);
  Status look_at_watch(const Hello& hello, RollbackWatch& watch);

  FrameLink& link_;
  PeerRecord& record_;
  RandomSource& random_;
  bool peer_ended_ = false;
  bool self_ended_ = false;
};

using LinkSetup = BasicLinkSetup<FullLinkDefences>;
extern template class BasicLinkSetup<FullLinkDefences>;

}  // namespace tercet::node
