// One client whose requests come one after the other, large ones among them: each burns most of a
// batch of vectors, and none may be refused as long as the nodes go on making new ones.
//
// The proxy gets seconds for a request here, so that a busy machine fails no case. What a request
// takes with the product's 200 ms is measured with TERCET_BURST_DEADLINE_MS=200, for
// TERCET_BURST_SECONDS (docs/performance.md).

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "core/random/deterministic.h"
#include "node/cli/dev_layout.h"
#include "tests/e2e/operations.h"
#include "tests/support/live_cluster.h"

namespace tercet::test {
namespace {

constexpr std::size_t kLargestPlaintext = 4300;
constexpr std::size_t kLargestAad = 8192;

int setting(const char* name, int otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoi(text);
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// How long answers took, and what came instead of a 200.
class Outcome {
 public:
  void add(const XksReply& reply, SteadyTime::duration took) {
    took_.push_back(std::chrono::duration<double, std::milli>(took).count());
    if (reply.status != 200) {
      ++refused_[std::to_string(reply.status) + " " + reply.error_name()];
    }
  }

  void print(const char* what) {
    std::sort(took_.begin(), took_.end());
    const auto late = std::upper_bound(took_.begin(), took_.end(), 200.0);
    std::printf(
        "%s: %zu answers, P50 %.1f ms, P90 %.1f ms, P99 %.1f ms, longest %.1f ms; "
        "beyond 200 ms: %td\n",
        what,
        took_.size(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1),
        took_.end() - late);
  }

  const std::map<std::string, std::size_t>& refused() const { return refused_; }

 private:
  double at(double part) const {
    const auto last = static_cast<double>(took_.size() - 1);
    return took_[static_cast<std::size_t>(part * last)];
  }

  std::vector<double> took_;
  std::map<std::string, std::size_t> refused_;
};

class Bursts : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const int deadline_ms = setting("TERCET_BURST_DEADLINE_MS", 10'000);
    LiveClusterOptions options;
    options.edit = [deadline_ms](const std::string& folder) {
      const std::string path = folder + "/proxy-1.yaml";
      std::string text = contents(path);
      const std::size_t at = text.find("request_deadline_ms: ");
      ASSERT_NE(at, std::string::npos);
      text.replace(
          at, text.find('\n', at) - at, "request_deadline_ms: " + std::to_string(deadline_ms));
      ASSERT_TRUE(cli::replace_file(path, text).ok());
    };
    cluster() = std::make_unique<LiveCluster>(options);
    const Status started = cluster()->start();
    ASSERT_TRUE(started.ok()) << started.error().to_string();
    const CommandResult made = cluster()->create_key("bursts");
    ASSERT_TRUE(made.done()) << made.output;
  }

  static void TearDownTestSuite() { cluster().reset(); }

  static std::unique_ptr<LiveCluster>& cluster() {
    static std::unique_ptr<LiveCluster> one;
    return one;
  }

  void SetUp() override { ASSERT_TRUE(cluster()); }

  /// One attempt. The AAD differs each time: a signature over one body is good for three requests.
  void encrypt(std::size_t bytes, std::size_t aad_bytes) {
    std::string aad = std::to_string(++sent_) + " ";
    aad.resize(std::max(aad.size(), aad_bytes), 'a');
    const std::string body = encrypt_body(std::string(bytes, 'p'), aad);
    const SteadyTime began = real_clock().now();
    const XksReply reply = post_once(client_, "/keys/bursts/encrypt", body);
    outcome_.add(reply, real_clock().now() - began);
  }

  static inline std::size_t sent_ = 0;
  XksClient client_{cluster()->proxy()};
  Outcome outcome_;
  std::map<std::string, std::size_t> none_;
};

TEST_F(Bursts, TwentyThatGrow) {
  for (std::size_t i = 0; i < 20; ++i) {
    encrypt(1 + 200 * i, 16);
  }
  outcome_.print("1 to 3,801 bytes");
  EXPECT_EQ(outcome_.refused(), none_);
}

TEST_F(Bursts, SixtyOfRandomSizes) {
  DeterministicRandom random(7);
  for (int i = 0; i < 60; ++i) {
    const auto drawn = random.array<4>();
    const std::size_t bytes = 1 + (drawn[0] * 256U + drawn[1]) * kLargestPlaintext / 65536;
    encrypt(bytes, (drawn[2] * 256U + drawn[3]) * kLargestAad / 65536);
  }
  outcome_.print("60 of random sizes");
  EXPECT_EQ(outcome_.refused(), none_);
}

TEST_F(Bursts, EveryFifthIsLarge) {
  const Deadline end =
      Deadline::in(real_clock(), Milliseconds(1000 * setting("TERCET_BURST_SECONDS", 4)));
  for (std::size_t i = 0; i < 50 || !end.passed(); ++i) {
    encrypt(i % 5 == 4 ? 4096 : 96, 16);
  }
  outcome_.print("96 bytes, every fifth 4,096");
  EXPECT_EQ(outcome_.refused(), none_);
}

}  // namespace
}  // namespace tercet::test
