// Two good ways and a bad one: nothing that needs every round between the nodes can end within a
// request, and yet an Encrypt over a slot made ahead, and a Decrypt that the nodes remember, can.

#include <csignal>
#include <filesystem>

#include "tests/e2e/operations.h"
#include "tests/e2e/wide_area.h"
#include "tests/support/live_cluster.h"

namespace tercet::test {
namespace {

constexpr std::size_t kInARow = 20;

class UnequalSites : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::signal(SIGPIPE, SIG_IGN);
    why_not() = why_no_wide_area();
    if (why_not()) {
      return;
    }
    LiveClusterOptions options;
    options.network = {"--wan", TERCET_SOURCE_DIR "/configs/wan/unequal.yaml"};
    cluster() = std::make_unique<LiveCluster>(options);
    const Status started = cluster()->start();
    ASSERT_TRUE(started.ok()) << started.error().to_string();
    const CommandResult made = cluster()->create_key("unequal");
    ASSERT_TRUE(made.done()) << made.output;
  }

  static void TearDownTestSuite() { cluster().reset(); }

  void SetUp() override {
    if (why_not()) {
      GTEST_SKIP() << *why_not();
    }
    ASSERT_NE(cluster(), nullptr);
  }

  static std::unique_ptr<LiveCluster>& cluster() {
    static std::unique_ptr<LiveCluster> one;
    return one;
  }

  static std::optional<std::string>& why_not() {
    static std::optional<std::string> reason;
    return reason;
  }

  /// One attempt, under an AAD of its own.
  XksReply encrypt() {
    aad_ = "sent " + std::to_string(++sent_);
    return post_once(client_, "/keys/unequal/encrypt", encrypt_body("far and near", aad_));
  }

  /// So many requests one after the other, each tried once, none refused.
  bool all_served(const std::function<bool()>& request) {
    return eventually(
        [&] {
          for (std::size_t i = 0; i < kInARow; ++i) {
            if (!request()) {
              return false;
            }
          }
          return true;
        },
        Milliseconds(60'000));
  }

  static inline std::size_t sent_ = 0;
  std::string aad_;
  XksClient client_{cluster() ? cluster()->proxy() : LiveEndpoint()};
};

TEST_F(UnequalSites, EncryptsAreServedOneAfterTheOther) {
  EXPECT_TRUE(all_served([&] { return encrypt().status == 200; }));
}

TEST_F(UnequalSites, DecryptsOfWhatTheClusterEncryptedAreServed) {
  EXPECT_TRUE(all_served([&] {
    const XksReply sealed = encrypt();
    return sealed.status == 200 &&
           post_once(client_, "/keys/unequal/decrypt", decrypt_body(Sealed(sealed), aad_)).status ==
               200;
  }));
}

/// 13 messages between nodes, one after the other, of 20 ms each.
TEST_F(UnequalSites, ADecryptThatNobodyRemembersEndsInTimeAndIsTold) {
  XksReply sealed;
  ASSERT_TRUE(eventually([&] {
    sealed = encrypt();
    return sealed.status == 200;
  }));
  cluster()->kill(
      "proxy-1");  // the next one opens another lease: what it asks for is not remembered
  ASSERT_TRUE(cluster()->start("proxy-1").ok());
  ASSERT_TRUE(eventually([&] { return encrypt().status == 200; }));

  const XksReply opened =
      post_once(client_, "/keys/unequal/decrypt", decrypt_body(Sealed(sealed), aad_));
  EXPECT_EQ(opened.status, 503U) << opened.text();
  EXPECT_EQ(opened.error_name(), "DependencyTimeoutException");

  const CommandResult status = cluster()->tercet({"status"});
  EXPECT_NE(status.output.find("so far away"), std::string::npos) << status.output;
  EXPECT_TRUE(eventually([&] {
    const XksReply health = post_once(client_,
                                      "/health",
                                      R"({"requestMetadata":{"kmsOperation":"KmsHealthCheck",)"
                                      R"("kmsRequestId":"e2e )" +
                                          std::to_string(++sent_) + R"("}})");
    return health.status == 200 && health.text().find("DEGRADED") != std::string::npos;
  }));
}

}  // namespace
}  // namespace tercet::test
