// What does not grow with the number of keys, counted and not timed; and more keys than a node
// keeps open. The large sizes are measured: docs/performance.md, "Many keys".

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "node/store/node_store.h"
#include "tests/sim/cluster/cluster.h"

namespace tercet::sim {
namespace {

constexpr std::size_t kFew = 20;
constexpr std::size_t kMany = 220;
constexpr Milliseconds kALot{120'000};

KeyId numbered_key(std::size_t number) {
  return KeyId::parse("key-" + std::to_string(number)).value();
}

std::vector<KeyId> numbered_keys(std::size_t first, std::size_t count) {
  std::vector<KeyId> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(numbered_key(first + i));
  }
  return out;
}

bool all_linked(Cluster& cluster) {
  for (Site node = 0; node < kNodes; ++node) {
    if (!cluster.node(node).core()->service().three_up()) {
      return false;
    }
  }
  return true;
}

/// Steps of the nodes' databases over `work`, the most of any node.
template <class Work>
std::uint64_t steps_of(Cluster& cluster, Work work) {
  std::array<std::uint64_t, kNodes> before{};
  for (Site node = 0; node < kNodes; ++node) {
    before[node] = cluster.node(node).core()->store().steps();
  }
  work();
  std::uint64_t most = 0;
  for (Site node = 0; node < kNodes; ++node) {
    most = std::max(most, cluster.node(node).core()->store().steps() - before[node]);
  }
  return most;
}

struct Steps {
  std::uint64_t making = 0;
  std::uint64_t blocking = 0;
  std::uint64_t linking = 0;
};

Steps with_keys(std::size_t count) {
  ClusterOptions options;
  Cluster cluster(options);
  cluster.start_all();
  EXPECT_TRUE(cluster.make_keys(numbered_keys(0, count)));
  Steps out;
  out.making = steps_of(cluster, [&] {
    EXPECT_TRUE(cluster.make_keys({numbered_key(count)}));
    cluster.run_for(std::chrono::seconds(10));  // whatever follows from it is in it
  });
  out.blocking = steps_of(cluster, [&] {
    const auto disable = cluster.administrators().enable(numbered_key(1), false, 0);
    EXPECT_TRUE(disable && cluster.carry_out(*disable, kALot));
    cluster.run_for(std::chrono::seconds(10));
  });
  out.linking = steps_of(cluster, [&] {
    for (const bool cut : {true, false}) {
      cluster.network().set_cut(0, 1, cut);
      cluster.network().set_cut(0, 2, cut);
      cluster.network().set_cut(1, 2, cut);
      cluster.run_for(std::chrono::seconds(10));
      EXPECT_EQ(all_linked(cluster), !cut);
    }
  });
  EXPECT_TRUE(cluster.violations().none());
  return out;
}

TEST(ManyKeys, MakingBlockingAndLinkingLookAtNoOtherKeys) {
  const Steps few = with_keys(kFew);
  const Steps many = with_keys(kMany);
  // One look at every key takes more steps than there are keys.
  constexpr std::uint64_t kLook = kMany - kFew;
  std::printf("few %lu %lu %lu many %lu %lu %lu\n",
              few.making,
              few.blocking,
              few.linking,
              many.making,
              many.blocking,
              many.linking);
  EXPECT_LT(many.making, few.making + kLook);
  EXPECT_LT(many.blocking, few.blocking + kLook);
  EXPECT_LT(many.linking, few.linking + kLook);
}

TEST(ManyKeys, AreServedByNodesThatKeepFewOpen) {
  constexpr std::size_t kKeys = 24;
  constexpr std::uint32_t kOpen = 3;
  ClusterOptions options;
  options.derived_sets = kOpen;
  Cluster cluster(options);
  cluster.start_all();
  ASSERT_TRUE(cluster.make_keys(numbered_keys(0, kKeys)));
  cluster.restart_nodes(Crash::power_cut);
  cluster.run_for(std::chrono::seconds(10));
  ASSERT_TRUE(all_linked(cluster));
  std::vector<std::shared_ptr<const Kms::Call>> made;
  for (std::size_t i = 0; i < kKeys; ++i) {
    std::shared_ptr<const Kms::Call> call;
    for (int attempt = 0; attempt < 20 && !(call && call->served()); ++attempt) {
      call = cluster.kms().encrypt(0, numbered_key(i), to_bytes(as_bytes("a message")), {});
      cluster.run_for(Milliseconds(500));
    }
    ASSERT_TRUE(call->served()) << i << ": " << call->error;
    made.push_back(call);
  }
  for (const auto& encrypted : made) {
    const auto call = cluster.kms().decrypt(0, encrypted->made);
    cluster.run_for(Milliseconds(500));
    EXPECT_TRUE(call->served()) << call->error;
  }
  for (Site node = 0; node < kNodes; ++node) {
    const node::DerivedSets& sets = cluster.node(node).core()->keys().derived_sets();
    EXPECT_LE(sets.size(), kOpen);
    EXPECT_GT(sets.opened(), 2 * kKeys) << "opened again when wanted again";
  }
  EXPECT_TRUE(cluster.violations().none());  // every answer was judged
}

}  // namespace
}  // namespace tercet::sim
