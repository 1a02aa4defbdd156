#pragma once

#include <array>
#include <functional>
#include <set>
#include <string>
#include <vector>

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
  std::string detail;
};

/// Notices that this node or a peer was started with an old directory: yesterday's, one without its
/// last transactions, an empty one (docs/key-lifecycle.md, "A node that was set back"). By what
/// each said it held before, by versions that peers have settled and this node has not, by votes of
/// its own that come back. What it sees is kept until the process ends.
/// Threads: the service's executor only.
class DirectoryWatch final : public HoldingExchange {
 public:
  /// Both outlive it.
  DirectoryWatch(mpc::PartyIndex self, NodeStore& store, const KeyDirectory& keys)
      : self_(self), store_(&store), keys_(&keys) {}

  /// Called when a node is seen with an old directory for the first time.
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
  /// Of the versions that are missing, so many are remembered.
  static constexpr std::size_t kMissingMax = 64;

  /// What speaks for a peer's directory being an old one.
  class Peer {
   public:
    Peer() = default;
    HeldCounts now;  ///< as it said last
    HeldCounts heard_of_self;
    bool old = false;
    bool says_so = false;  ///< of itself, last
  };

  Peer& at(mpc::PartyIndex peer) { return peers_.at(mpc::number(peer) - 1U); }

  const Peer& at(mpc::PartyIndex peer) const { return peers_.at(mpc::number(peer) - 1U); }

  bool self_is_old() const;
  OldDirectory describe_self() const;
  OldDirectory describe(mpc::PartyIndex peer) const;
  void raise(bool was_old);

  mpc::PartyIndex self_;
  NodeStore* store_;
  const KeyDirectory* keys_;
  std::array<Peer, 3> peers_;
  std::set<std::string, std::less<>> missing_;
  bool lost_votes_ = false;
  bool held_more_ = false;  ///< a peer heard of more than was here
  std::function<void(const OldDirectory&)> alarm_;
};

}  // namespace tercet::node
