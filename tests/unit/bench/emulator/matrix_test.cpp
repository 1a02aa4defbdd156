// Files of distances: what they say, and what is refused with which line.

#include "bench/emulator/matrix.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace tercet::wan {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

std::string problem(const std::string& text) {
  const Result<Matrix> parsed = parse_matrix("m.yaml", text);
  EXPECT_FALSE(parsed.ok()) << text;
  return parsed ? "" : parsed.error().what();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Matrix, EqualDistancesAreHalfTheRoundTripEachWay) {
  const Matrix matrix = *equal_matrix("20");
  for (std::size_t one = 0; one < kSiteCount; ++one) {
    for (std::size_t other = 0; other < kSiteCount; ++other) {
      EXPECT_EQ(matrix.link(one, other).delay, one == other ? Nanoseconds(0) : milliseconds(10));
    }
  }
  EXPECT_EQ(equal_matrix("0.5")->link(0, 1).delay, microseconds(250));
  EXPECT_GE(2 * equal_matrix("0.000001")->link(0, 1).delay, Nanoseconds(1));
  EXPECT_FALSE(matrix.needs_single_packets());
}

TEST(Matrix, RefusesWhatIsNoTime) {
  for (const char* text : {"", "abc", "-1", "10001", "5ms", "1e3", "0x10", "nan", "inf", " 5"}) {
    EXPECT_FALSE(equal_matrix(text).ok()) << text;
  }
}

TEST(Matrix, LinksInheritFromTheDefaultAndHoldBothWays) {
  const Result<Matrix> matrix = parse_matrix("m.yaml",
                                             "default:\n"
                                             "  rtt_ms: 10\n"
                                             "  jitter_ms: 0.5\n"
                                             "links:\n"
                                             "  - sites: [node-3, node-1]\n"
                                             "    rtt_ms: 40\n"
                                             "    loss_percent: 0.1\n"
                                             "    bandwidth_mbit: 100\n"
                                             "    queue_ms: 20\n");
  ASSERT_TRUE(matrix.ok()) << matrix.error().what();
  EXPECT_EQ(matrix->link(0, 2).delay, milliseconds(5));
  EXPECT_EQ(matrix->link(0, 2).bits_per_second, 0U);
  for (const LinkSettings& link : {matrix->link(1, 3), matrix->link(3, 1)}) {
    EXPECT_EQ(link.delay, milliseconds(20));
    EXPECT_EQ(link.jitter, microseconds(500));
    EXPECT_DOUBLE_EQ(link.loss, 0.001);
    EXPECT_EQ(link.bits_per_second, 100'000'000U);
    EXPECT_EQ(link.queue, milliseconds(20));
  }
  EXPECT_TRUE(matrix->needs_single_packets());
}

TEST(Matrix, RefusesUnknownKeysWithTheirLines) {
  const std::string said = problem(
      "default:\n  rtt_ms: 5\n  bandwith_mbit: 5\nlinks:\n  - sites: [proxy, node-1]\n"
      "    rtt: 3\nsites: 4\n");
  EXPECT_TRUE(has(said, "m.yaml:3: default.bandwith_mbit: is not a key")) << said;
  EXPECT_TRUE(has(said, "m.yaml:6: links[0].rtt: is not a key")) << said;
  EXPECT_TRUE(has(said, "m.yaml:7: sites: is not a key")) << said;
}

TEST(Matrix, RefusesValuesOutOfBounds) {
  for (const char* line : {"rtt_ms: fast",
                           "rtt_ms: -1",
                           "jitter_ms: 10001",
                           "loss_percent: 101",
                           "bandwidth_mbit: 0",
                           "queue_ms: []"}) {
    const std::string said =
        problem(std::string("default:\n  rtt_ms: 5\nlinks:\n  - sites: [proxy, node-1]\n    ") +
                line + "\n");
    EXPECT_TRUE(has(said, "m.yaml:5: links[0].")) << said;
  }
}

TEST(Matrix, RefusesLinksThatNameNoTwoSites) {
  for (const char* sites : {"[node-1]", "[node-1, node-1]", "[node-1, node-4]", "node-1"}) {
    const std::string said = problem(std::string("default: {rtt_ms: 5}\nlinks:\n  - {sites: ") +
                                     sites + ", rtt_ms: 1}\n");
    EXPECT_TRUE(has(said, "m.yaml:3: links[0].sites: expected")) << said;
  }
  EXPECT_TRUE(has(problem("default: {rtt_ms: 5}\nlinks:\n  - {sites: [proxy, node-1]}\n"
                          "  - {sites: [node-1, proxy]}\n"),
                  "m.yaml:4: links[1].sites: are there twice"));
}

TEST(Matrix, WantsADistanceBetweenEveryTwoSites) {
  EXPECT_TRUE(has(problem("links:\n  - {sites: [proxy, node-1], rtt_ms: 1}\n"),
                  "nothing about node-2 and node-3"));
  EXPECT_TRUE(
      has(problem("links:\n  - {sites: [proxy, node-1]}\n"), "links[0].rtt_ms: is missing"));
}

TEST(Matrix, EveryFileOfTheTreeLoads) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TERCET_SOURCE_DIR "/configs/wan")) {
    const Result<Matrix> matrix = load_matrix(entry.path().string());
    ASSERT_TRUE(matrix.ok()) << matrix.error().what();
    for (std::size_t one = 0; one < kSiteCount; ++one) {
      for (std::size_t other = one + 1; other < kSiteCount; ++other) {
        EXPECT_GT(matrix->link(one, other).delay, Nanoseconds(0)) << entry.path();
      }
    }
    ++files;
  }
  EXPECT_GE(files, 10U);
}

}  // namespace
}  // namespace tercet::wan
