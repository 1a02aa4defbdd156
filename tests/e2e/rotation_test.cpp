// A key that is rotated while requests run, and nodes that are killed while it is rotated again.

#include <future>

#include "tests/e2e/cluster.h"
#include "tests/e2e/traffic.h"

namespace tercet::test {
namespace {

constexpr const char* kKey = "rotated";
constexpr std::string_view kPlaintext = "sealed with the first version";
constexpr std::size_t kSome = 20;
constexpr Milliseconds kServesAgainLimit{90'000};

CommandResult rotate() {
  return live_cluster().tercet({"key", "rotate", "--id", kKey, "--timeout-s", "20"});
}

TEST(Rotation, TheNewVersionEncryptsAndOldOnesDecryptWhateverHappensMeanwhile) {
  ASSERT_TRUE(eventually(all_serve, kServesAgainLimit));
  const CommandResult created = live_cluster().create_key(kKey);
  ASSERT_TRUE(created.done()) << created.output;
  XksClient client(live_cluster().proxy());
  const XksReply first =
      client.post(std::string("/keys/") + kKey + "/encrypt", encrypt_body(kPlaintext, "aad"));
  ASSERT_EQ(first.status, 200U) << first.text();
  const Sealed before(first);

  Traffic traffic(live_cluster().proxy(), kKey);
  ASSERT_TRUE(traffic.wait_for_round_trips(kSome));
  const CommandResult rotated = rotate();
  EXPECT_TRUE(rotated.done()) << rotated.output;
  EXPECT_TRUE(traffic.wait_for_round_trips(kSome));
  traffic.stop();
  EXPECT_EQ(traffic.wrong_answers(), 0U);

  const XksReply second =
      client.post(std::string("/keys/") + kKey + "/encrypt", encrypt_body(kPlaintext, "aad"));
  ASSERT_EQ(second.status, 200U) << second.text();
  EXPECT_NE(Sealed(second).metadata, before.metadata) << "the version is in the metadata";

  for (const std::string& node : kNodeNames) {
    std::future<void> made =
        std::async(std::launch::async, [] { static_cast<void>(rotate()); });  // or not
    live_cluster().kill(node);
    ASSERT_TRUE(live_cluster().start(node).ok());
    made.wait();
    ASSERT_TRUE(eventually(all_serve, kServesAgainLimit));
    EXPECT_TRUE(
        eventually([&] { return serves(client, kKey, before, kPlaintext); }, kServesAgainLimit))
        << node;
  }
}

}  // namespace
}  // namespace tercet::test
