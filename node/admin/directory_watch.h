#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/time/clock.h"
#include "mpc/party.h"
#include "node/policy/holding_exchange.h"

namespace tercet::node {

class KeyDirectory;
class NodeStore;

/// A node that was started with an old directory, as this node sees it.
class OldDirectory {
 public:
  OldDirectory() = default;
  mpc::PartyIndex node = mpc::PartyIndex::p1;
  bool caught_up = false;  ///< what can be had from peers is there again
  std::string detail;      ///< names who says it
  std::string to_do;
};

/// Notices that this node or a peer was started with an old directory: yesterday's, one without its
/// last transactions, an empty one (docs/key-lifecycle.md, "A node that was set back"). By what
/// each said it held before, by versions that peers have settled and this node has not, by votes of
/// its own that come back. What it sees is kept until the process ends.
///
/// A peer that says this node lacks something proves nothing: it may be the corrupt one. So this
/// node says of itself that its directory is old only if both peers claim it, or if a vote that it
/// has signed came back unknown; until then it reports who claims it, and advises nothing that
/// would do harm if that is a lie.
/// Threads: the service's executor only.
class DirectoryWatch final : public HoldingExchange {
 public:
  /// All outlive it.
  DirectoryWatch(mpc::PartyIndex self,
                 NodeStore& store,
                 const KeyDirectory& keys,
                 const Clock& clock)
      : self_(self), store_(&store), keys_(&keys), clock_(&clock) {}

  /// Called when a node is seen with an old directory for the first time; of this node once more
  /// when the word of one peer has become certain.
  void on_alarm(std::function<void(const OldDirectory&)> alarm) { alarm_ = std::move(alarm); }

  // HoldingExchange
  HoldingWord word_to(mpc::PartyIndex peer) const override;
  void hear(mpc::PartyIndex from, const HoldingWord& word) override;
  void missing(mpc::PartyIndex at, std::string_view version) override;

  /// A vote of this node came back that it does not have.
  void own_vote_unknown(mpc::PartyIndex from);

  /// The nodes that were seen with an old directory, each once.
  std::vector<OldDirectory> report() const;

  HeldCounts held() const;

 private:
  /// Of the versions that one peer says are missing, so many are remembered: it cannot push out
  /// those of the other.
  static constexpr std::size_t kMissingMax = 64;

  /// What speaks for this node's own directory being an old one, while the process lives.
  enum class Suspicion : std::uint8_t { none, one_peer, certain };

  /// What speaks for a peer's directory being an old one, and what it claims of this node's.
  class Peer {
   public:
    Peer() = default;
    HeldCounts now;  ///< as it said last
    bool old = false;
    HeldCounts when_seen;         ///< as it said when it was seen with an old directory,
    HeldCounts before_when_seen;  ///< and the most that it had said until then
    bool says_so = false;         ///< of itself, last

    HeldCounts heard_of_self;                    ///< as it said last
    HeldCounts missed_of_self;                   ///< the most it said of those that were not here
    std::set<std::string, std::less<>> missing;  ///< versions that it has and this node had not
    bool claims = false;                         ///< it heard of more than was here, or has more
  };

  Peer& at(mpc::PartyIndex peer) { return peers_.at(mpc::number(peer) - 1U); }

  const Peer& at(mpc::PartyIndex peer) const { return peers_.at(mpc::number(peer) - 1U); }

  Suspicion suspicion() const;
  bool lacks_what_is_claimed_by(mpc::PartyIndex peer) const;
  /// Whether the peer lacks something, as it said last.
  bool lacks(mpc::PartyIndex peer) const;
  /// Printed, as the next three: versions that were missing by the peer's word; those still
  /// missing.
  std::string missed_by(mpc::PartyIndex peer) const;
  std::string missing_by(mpc::PartyIndex peer) const;
  /// What the peer said was missing, and what of it is missing now.
  std::string claim_of(mpc::PartyIndex peer) const;
  std::string advice() const;
  OldDirectory describe_self() const;
  OldDirectory describe(mpc::PartyIndex peer) const;
  void raise(Suspicion before);

  mpc::PartyIndex self_;
  NodeStore* store_;
  const KeyDirectory* keys_;
  const Clock* clock_;
  std::array<Peer, 3> peers_;
  HeldCounts held_when_seen_;  ///< here, when it was first suspected
  bool lost_votes_ = false;
  std::function<void(const OldDirectory&)> alarm_;
};

}  // namespace tercet::node
