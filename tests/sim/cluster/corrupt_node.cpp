#include "tests/sim/cluster/corrupt_node.h"

#include "node/decision/news.h"
#include "node/link/peer_frames.h"

namespace tercet::sim {

namespace {

constexpr auto kLyingFrame = static_cast<std::uint8_t>(node::PeerFrame::decision);

}  // namespace

CorruptNode::CorruptNode(Cluster& cluster, Site site) : cluster_(&cluster), site_(site) {
  cluster.network().withhold([site](Site from, Site, Port port, std::uint8_t type) {
    return from == site && port == Port::peer && type == kLyingFrame;
  });
}

bool CorruptNode::say(Site to, const node::DecisionName& decision, node::VoteForm form) {
  const Setup& setup = Setup::get();
  node::DecisionNews news;
  news.name = decision;
  news.stand = form == node::VoteForm::yes ? node::Stand::open : node::Stand::none;
  news.votes.push_back(node::sign_vote(setup.signing[site_],
                                       setup.cluster.id,
                                       decision,
                                       static_cast<mpc::PartyIndex>(site_ + 1),
                                       form));
  return cluster_->network().say(site_, to, Port::peer, Frame(kLyingFrame, news.encode()));
}

}  // namespace tercet::sim
