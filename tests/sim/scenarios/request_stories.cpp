// Stories of requests.

#include "mpc/wire/proxy_messages.h"
#include "tests/sim/scenarios/scenario.h"
#include "tests/sim/scenarios/stories.h"
#include "tests/sim/scenarios/story_parts.h"

namespace tercet::sim::stories {

namespace {

/// More than the stock of a lease has vectors for.
constexpr int kBurst = 80;

/// Three seconds of silence; then a link is made in as many at most.
constexpr Milliseconds kSilenceSeen{5000};
constexpr Milliseconds kCutFor{110'000};

}  // namespace

void lease_is_lost_unheard(Stage& stage) {
  Cluster& cluster = stage.begin();
  cluster.run_for(std::chrono::seconds(3));
  for (const std::size_t bytes : {std::size_t{90}, std::size_t{1}}) {  // no rest is left either
    for (int i = 0; i < kBurst; ++i) {
      cluster.kms().encrypt(0, key_named("orders"), Bytes(bytes), {});
    }
  }
  // The word that the lease has ended is lost with the link it is told on, at every node.
  cluster.network().on_send([&cluster](Site from, Site to, Port port, std::uint8_t type) {
    if (port == Port::proxy &&
        type == static_cast<std::uint8_t>(mpc::wire::ProxyFrame::lease_ended)) {
      cluster.network().reset_links(from, to);
    }
  });
  cluster.node(1).crash(Crash::killed);
  cluster.node(1).start();
  cluster.run_for(std::chrono::seconds(2));
  stage.expect_all_served();
}

void the_way_to_a_node_is_cut(Stage& stage) {
  Cluster& cluster = stage.begin();
  stage.expect(serves_soon(cluster, key_named("orders")), "the key serves");
  const Site proxy = cluster.proxy(0).site();
  const proxy::Coordinator& coordinator = cluster.proxy(0).process()->coordinator();
  for (Site node = 0; node < kNodes; ++node) {
    cluster.network().set_cut(node, proxy, true);  // nobody is told, packets are just gone
    cluster.run_for(kSilenceSeen);
    stage.expect(!coordinator.view(static_cast<mpc::PartyIndex>(node + 1)).linked,
                 "the proxy sees within seconds that nothing comes from a node");
    const auto made = cluster.kms().encrypt(0, key_named("orders"), Bytes(1), {});
    cluster.run_for(kCutFor);
    stage.expect(!made->served(), "nothing is served without a node");
    cluster.network().set_cut(node, proxy, false);
    cluster.run_for(kSilenceSeen);
    stage.expect(serves(cluster, key_named("orders")), "it serves within seconds of the mend");
  }
  stage.expect_all_served();
}

}  // namespace tercet::sim::stories
