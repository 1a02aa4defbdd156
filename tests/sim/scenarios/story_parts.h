#pragma once

#include <functional>
#include <memory>

#include "core/time/clock.h"
#include "node/command/command.h"
#include "tests/sim/scenarios/scenario.h"

/// What several stories do.
namespace tercet::sim::stories {

inline constexpr Milliseconds kMakeLimit{60'000};

/// One Encrypt and its Decrypt through the first proxy; false where either is refused.
bool serves(Cluster& cluster, const KeyId& key);
/// Within half a minute.
bool serves_soon(Cluster& cluster, const KeyId& key);

/// Those between the nodes, until `cluster.heal()`.
void cut_all_links(Cluster& cluster);

/// Whether a frame says something of a decision: votes.
bool carries_votes(Port port, std::uint8_t type);

/// Prepares that something happens at that moment of what comes, and then sets `struck`.
using Arm = std::function<void(Cluster&, unsigned moment, std::shared_ptr<bool> struck)>;
using MakeCommand = std::function<node::Command(Cluster&)>;

/// Has the command carried out, and `arm` strike at moment 1, 2, 3 .. of it, in a cluster of its
/// own each, until it is over before the moment comes. It must end well every time, and everything
/// be served afterwards, over a restart of all nodes too.
void at_each_moment(Stage& stage, const MakeCommand& command, const Arm& arm);

/// For an Arm that counts moments: one less is left; true at the last, once.
bool is_the_one(unsigned& left);

enum class DiskMoments : std::uint8_t {
  all,           ///< each operation
  around_syncs,  ///< before and after a transaction is durable
};

/// An Arm: the node loses its power at that moment of its disk, and comes back.
Arm lose_power(Site node, DiskMoments which);

/// An Arm: the link on which the frame between two nodes of that number goes.
void break_the_link_of_a_frame(Cluster& cluster, unsigned moment, std::shared_ptr<bool> struck);

}  // namespace tercet::sim::stories
