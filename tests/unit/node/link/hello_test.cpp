#include "node/link/hello.h"

#include <gtest/gtest.h>

#include "core/random/deterministic.h"
#include "tests/unit/node/link/exact_frames.h"

namespace tercet::node {
namespace {

class HelloFrames : public ::testing::Test {
 protected:
  OfferedGeneration offer() {
    OfferedGeneration out;
    out.generation = GenerationId(random_.array<16>());
    out.session_count = 77;
    out.known = GenerationId(random_.array<16>());
    out.echo = random_.array<16>();
    out.challenge = random_.array<16>();
    out.contribution = SecretBytes::random(kContributionBytes, random_);
    return out;
  }

  /// As a node says it while a refresh is open.
  Hello with_two() {
    Hello hello;
    hello.membership = MembershipNumber(3);
    hello.sender = 2;
    hello.generations.push_back(offer());
    hello.generations.push_back(offer());
    hello.generations[0].held = PairName(random_.array<32>());
    hello.generations[1].refresh = refresh_;
    return hello;
  }

  Hello with_one() {
    Hello hello = with_two();
    hello.generations.pop_back();
    return hello;
  }

  DeterministicRandom random_{as_bytes("hello test")};
  const SessionId refresh_{random_.array<32>()};
};

TEST_F(HelloFrames, HelloIsExact) {
  expect_exact(with_one());
  expect_exact(with_two());
}

TEST_F(HelloFrames, OldMeetsOldAndNewMeetsNew) {
  const Hello hello = with_two();
  EXPECT_EQ(hello.offer_of(SessionId())->generation, hello.generations[0].generation);
  EXPECT_EQ(hello.offer_of(refresh_)->generation, hello.generations[1].generation);
  EXPECT_EQ(with_one().offer_of(refresh_), nullptr);
}

TEST_F(HelloFrames, OneOrTwoGenerationsOfDifferentRefreshes) {
  Hello hello = with_two();
  hello.generations[1].refresh = hello.generations[0].refresh;
  EXPECT_EQ(Hello::decode(hello.encode()).error().code(), Errc::peer_malformed);
  hello = with_two();
  hello.generations[1].generation = hello.generations[0].generation;
  EXPECT_FALSE(Hello::decode(hello.encode()).ok());
  hello = with_two();
  hello.generations.push_back(offer());
  EXPECT_FALSE(Hello::decode(hello.encode()).ok());
  hello.generations.clear();
  EXPECT_FALSE(Hello::decode(hello.encode()).ok());
}

TEST_F(HelloFrames, TheHighestCommonVersionIsUsed) {
  Hello hello = with_one();
  hello.lowest_version = kPeerVersionLowest - 1;
  hello.highest_version = kPeerVersionHighest + 9;
  const Result<Hello> decoded = Hello::decode(hello.encode());
  ASSERT_TRUE(decoded.ok()) << decoded.error().to_string();
  EXPECT_EQ(decoded->common_version(), kPeerVersionHighest);
}

/// Said before the rest is read, which may have another layout in that release.
TEST_F(HelloFrames, NoCommonVersionIsUnsupported) {
  for (const auto& [lowest, highest] : {std::pair(kPeerVersionHighest + 1, kPeerVersionHighest + 4),
                                        std::pair(1, kPeerVersionLowest - 1)}) {
    ByteWriter out;
    out.u16(static_cast<std::uint16_t>(lowest)).u16(static_cast<std::uint16_t>(highest)).u8(1);
    EXPECT_EQ(Hello::decode(out.bytes()).error().code(), Errc::unsupported) << lowest;
  }
}

TEST_F(HelloFrames, VersionsInNoOrderAreMalformed) {
  Hello hello = with_one();
  hello.lowest_version = 4;
  hello.highest_version = 3;
  EXPECT_EQ(Hello::decode(hello.encode()).error().code(), Errc::peer_malformed);
  hello.lowest_version = 0;
  EXPECT_EQ(Hello::decode(hello.encode()).error().code(), Errc::peer_malformed);
}

TEST_F(HelloFrames, ConfirmHasOneOrTwoMacs) {
  Confirm confirm;
  EXPECT_FALSE(Confirm::decode(confirm.encode()).ok());
  confirm.macs.push_back(random_.array<32>());
  expect_exact(confirm);
  confirm.receiver_over = true;
  expect_exact(confirm);
  confirm.macs.push_back(random_.array<32>());
  expect_exact(confirm);
  confirm.macs.push_back(random_.array<32>());
  EXPECT_FALSE(Confirm::decode(confirm.encode()).ok());
}

TEST_F(HelloFrames, BulkHelloIsExact) {
  BulkHello hello;
  hello.generation = GenerationId(random_.array<16>());
  hello.mac = random_.array<32>();
  expect_exact(hello);
}

}  // namespace
}  // namespace tercet::node
