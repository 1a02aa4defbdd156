// Nodes that are killed while keys are made (threat model 13, F6). Whatever becomes of the key, no
// other process ends, and the cluster serves again.

#include <future>

#include "core/random/deterministic.h"
#include "tests/e2e/cluster.h"

namespace tercet::test {
namespace {

constexpr Milliseconds kServesAgainLimit{90'000};
constexpr unsigned kMomentsMs = 400;  ///< making a key takes about as long

/// Waits for the moment that comes next in a row that is the same in every run.
void wait_for_a_moment(RandomSource& random) {
  const unsigned ms = load_u32(random.array<4>()) % kMomentsMs;
  static_cast<void>(eventually([] { return false; }, Milliseconds(ms)));
}

TEST(KilledWhileMaking, NoOtherProcessEndsAndTheClusterServesAgain) {
  DeterministicRandom random(as_bytes("moments to die"));
  for (int round = 0; round < 6; ++round) {
    const std::string& node = kNodeNames[static_cast<std::size_t>(round) % kNodeNames.size()];
    SCOPED_TRACE("round " + std::to_string(round) + ", " + node);
    ASSERT_TRUE(eventually(all_serve, kServesAgainLimit));
    std::future<void> made = std::async(std::launch::async, [round] {
      // It may or may not be made: the node is killed at any moment.
      static_cast<void>(live_cluster().tercet(
          {"key", "create", "--id", "killed-" + std::to_string(round), "--timeout-s", "10"}));
    });
    wait_for_a_moment(random);
    live_cluster().kill(node);
    const Status started = live_cluster().start(node);
    EXPECT_TRUE(started.ok()) << started.error().to_string();
    made.wait();
    ASSERT_TRUE(eventually(all_serve, kServesAgainLimit));
    for (const std::string& other : kNodeNames) {
      EXPECT_TRUE(live_cluster().alive(other)) << other << live_cluster().log(other);
    }
  }
}

}  // namespace
}  // namespace tercet::test
