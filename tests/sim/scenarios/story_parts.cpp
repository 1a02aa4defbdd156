#include "tests/sim/scenarios/story_parts.h"

#include <string>

#include "node/link/peer_frames.h"

namespace tercet::sim::stories {

namespace {

constexpr unsigned kMomentsMax = 400;
constexpr Milliseconds kDarkFor{1500};

bool is_heartbeat(std::uint8_t type) {
  return type == static_cast<std::uint8_t>(node::PeerFrame::heartbeat);
}

}  // namespace

bool serves(Cluster& cluster, const KeyId& key) {
  const auto made = cluster.kms().encrypt(0, key, to_bytes(as_bytes("a message")), {});
  cluster.run_for(Milliseconds(500));
  if (!made->served()) {
    return false;
  }
  const auto opened = cluster.kms().decrypt(0, made->made);
  cluster.run_for(Milliseconds(500));
  return opened->served();
}

bool serves_soon(Cluster& cluster, const KeyId& key) {
  for (int attempt = 0; attempt < 30; ++attempt) {
    if (serves(cluster, key)) {
      return true;
    }
    cluster.run_for(Milliseconds(1000));
  }
  return false;
}

void cut_all_links(Cluster& cluster) {
  cluster.network().set_cut(0, 1, true);
  cluster.network().set_cut(0, 2, true);
  cluster.network().set_cut(1, 2, true);
}

bool carries_votes(Port port, std::uint8_t type) {
  return port == Port::peer && type == static_cast<std::uint8_t>(node::PeerFrame::decision);
}

void at_each_moment(Stage& stage, const MakeCommand& command, const Arm& arm) {
  for (unsigned moment = 1; moment < kMomentsMax && stage.good(); ++moment) {
    Cluster& cluster = stage.begin();
    const auto struck = std::make_shared<bool>(false);
    const node::Command given = command(cluster);
    arm(cluster, moment, struck);
    const bool done = cluster.carry_out(given, kMakeLimit);
    if (!*struck) {
      stage.expect(done, "undisturbed, the command is carried out");
      return;
    }
    stage.expect(done, "the command is carried out, disturbed at moment " + std::to_string(moment));
    stage.expect_all_served();
  }
}

bool is_the_one(unsigned& left) {
  if (left == 0) {
    return false;
  }
  --left;
  return left == 0;
}

Arm lose_power(Site node, DiskMoments which) {
  return [node, which](Cluster& cluster, unsigned moment, std::shared_ptr<bool> struck) {
    auto left = std::make_shared<unsigned>(moment);
    auto synced = std::make_shared<bool>(false);
    cluster.node(node).disk_watch = [&cluster, left, synced, struck, node, which](
                                        std::string_view operation) {
      const bool sync = operation == "sync";
      const bool counts = which == DiskMoments::all || sync || *synced;
      *synced = sync;
      if (counts && is_the_one(*left)) {
        *struck = true;
        cluster.node(node).crash(Crash::power_cut);
        cluster.world().time().after(kDarkFor, [&cluster, node] { cluster.node(node).start(); });
      }
      return DiskFate::done;
    };
  };
}

void break_the_link_of_a_frame(Cluster& cluster, unsigned moment, std::shared_ptr<bool> struck) {
  auto left = std::make_shared<unsigned>(moment);
  cluster.network().on_send(
      [&cluster, left, struck](Site from, Site to, Port port, std::uint8_t type) {
        const bool between_nodes = port == Port::peer && !is_heartbeat(type);
        if (between_nodes && is_the_one(*left)) {
          *struck = true;
          cluster.network().reset_links(from, to, Port::peer);
        }
      });
}

}  // namespace tercet::sim::stories
