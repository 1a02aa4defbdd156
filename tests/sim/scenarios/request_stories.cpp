// Stories of requests.

#include "mpc/wire/proxy_messages.h"
#include "tests/sim/scenarios/scenario.h"
#include "tests/sim/scenarios/stories.h"

namespace tercet::sim::stories {

namespace {

/// More than the stock of a lease has vectors for.
constexpr int kBurst = 80;

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

}  // namespace tercet::sim::stories
