#include "node/link/digest_exchange.h"

#include <set>

#include <gtest/gtest.h>

#include "core/crypto/hash.h"

namespace tercet::node {
namespace {

ShortDigest value_of(std::uint64_t number) {
  ByteWriter bytes;
  bytes.u64(number);
  return short_sha256(bytes.bytes());
}

std::string key_name(std::uint64_t number) {
  return "arn-aws-kms-key-of-some-length-" + std::to_string(number);
}

/// One node's three indices, with views of them for one link.
class Side {
 public:
  Side() : exchange(DigestExchange::Views{&views[0], &views[1], &views[2]}) {}

  void put(DigestTopic topic, std::uint64_t number, std::uint64_t value) {
    indices[static_cast<std::size_t>(topic)].put(key_name(number), value_of(value));
  }

  std::array<DigestIndex, kDigestTopics> indices;
  std::array<DigestView, kDigestTopics> views = {
      DigestView(indices[0]), DigestView(indices[1]), DigestView(indices[2])};
  DigestExchange exchange;
  std::set<std::pair<DigestTopic, std::string>> found;
};

/// Two sides over a link that carries encoded frames and counts them.
class DigestExchangeTest : public ::testing::Test {
 protected:
  template <class Message>
  Message carried(const Message& message) {
    const Bytes encoded = message.encode();
    bytes_ += encoded.size();
    largest_ = std::max(largest_, encoded.size());
    Result<Message> decoded = Message::decode(encoded);
    TERCET_CHECK(decoded.ok());
    return std::move(decoded).value();
  }

  /// `asker` finds what `other` has and it has not.
  void compare(Side& asker, Side& other) {
    std::vector<DigestQuestion> questions =
        asker.exchange.on_roots(carried(other.exchange.roots()));
    while (!questions.empty()) {
      EXPECT_LE(questions.size(), kDigestTopics);
      std::vector<DigestQuestion> next;
      for (const DigestQuestion& question : questions) {
        const DigestAnswer answer = carried(other.exchange.answer(carried(question)));
        Result<DigestExchange::Step> step = asker.exchange.on_answer(answer);
        ASSERT_TRUE(step.ok()) << step.error().to_string();
        for (const DigestExchange::Difference& difference : step->differences) {
          asker.found.emplace(difference.topic, difference.name);
        }
        if (step->ask) {
          next.push_back(*step->ask);
        }
      }
      questions = next;
    }
    EXPECT_FALSE(asker.exchange.busy());
  }

  void compare_both_ways() {
    compare(here_, there_);
    compare(there_, here_);
  }

  void fill_all(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      for (const DigestTopic topic :
           {DigestTopic::commands, DigestTopic::settled, DigestTopic::components}) {
        here_.put(topic, i, i);
        there_.put(topic, i, i);
      }
    }
  }

  Side here_;
  Side there_;
  std::size_t bytes_ = 0;
  std::size_t largest_ = 0;
};

TEST_F(DigestExchangeTest, WhatIsEqualEndsWithTheRoots) {
  fill_all(1000);
  compare_both_ways();
  EXPECT_TRUE(here_.found.empty());
  EXPECT_TRUE(there_.found.empty());
  EXPECT_EQ(bytes_, 2 * DigestRoots().encode().size());
}

TEST_F(DigestExchangeTest, ThreeDifferencesAmongThirtyThousandKeysCostUnderAHundredKilobytes) {
  fill_all(30'000);
  for (const DigestTopic topic : {DigestTopic::commands, DigestTopic::settled}) {
    here_.put(topic, 30'001, 1);   // only here
    there_.put(topic, 30'002, 2);  // only there
    there_.put(topic, 777, 3);     // another value
  }
  there_.put(DigestTopic::components, 4, 5);
  compare_both_ways();
  const std::set<std::pair<DigestTopic, std::string>> here_found = {
      {DigestTopic::commands, key_name(30'002)},
      {DigestTopic::commands, key_name(777)},
      {DigestTopic::settled, key_name(30'002)},
      {DigestTopic::settled, key_name(777)},
      {DigestTopic::components, key_name(4)}};
  EXPECT_EQ(here_.found, here_found);
  const std::set<std::pair<DigestTopic, std::string>> there_found = {
      {DigestTopic::commands, key_name(30'001)},
      {DigestTopic::commands, key_name(777)},
      {DigestTopic::settled, key_name(30'001)},
      {DigestTopic::settled, key_name(777)},
      {DigestTopic::components, key_name(4)}};
  EXPECT_EQ(there_.found, there_found);
  std::printf("digests of 30,000 keys, three differences: %zu bytes, both ways\n", bytes_);
  EXPECT_LT(bytes_, 100'000U);
}

TEST_F(DigestExchangeTest, ANodeThatHasNothingFindsEverythingInSmallFrames) {
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    there_.put(DigestTopic::commands, i, i);
  }
  compare(here_, there_);
  EXPECT_EQ(here_.found.size(), 20'000U);
  EXPECT_LE(largest_, 16U * 1024U);
}

TEST_F(DigestExchangeTest, ABucketOfManyEntriesComesInParts) {
  std::uint64_t kept = 0;
  for (std::uint64_t i = 0; kept < 2 * kTagsPerAnswerMax + 5; ++i) {
    if (sha256(as_bytes(key_name(i)))[0] == 7) {
      there_.put(DigestTopic::settled, i, i);
      ++kept;
    }
  }
  compare(here_, there_);
  EXPECT_EQ(here_.found.size(), kept);
}

TEST_F(DigestExchangeTest, AnotherKeyGivesAnotherRoot) {
  here_.put(DigestTopic::components, 1, 1);
  const auto under = [](std::string key) {
    return [key](ByteView data) {
      const Sha256Digest whole = hmac_sha256(as_bytes(key), data);
      ShortDigest cut{};
      std::copy_n(whole.begin(), cut.size(), cut.begin());
      return cut;
    };
  };
  const DigestView a(here_.indices[2], under("a"));
  const DigestView b(here_.indices[2], under("b"));
  EXPECT_NE(a.root(), b.root());
  EXPECT_EQ(a.root(), DigestView(here_.indices[2], under("a")).root());
}

TEST_F(DigestExchangeTest, OneChangeHashesOneBucketAnew) {
  fill_all(5'000);
  std::size_t hashed = 0;
  const DigestView view(here_.indices[0], [&](ByteView data) {
    ++hashed;
    return short_sha256(data);
  });
  static_cast<void>(view.root());
  EXPECT_GT(hashed, 5'000U);
  hashed = 0;
  here_.put(DigestTopic::commands, 17, 99);
  static_cast<void>(view.root());
  EXPECT_LT(hashed, 5'000U / 100);
}

TEST_F(DigestExchangeTest, WhatWasPutAndErasedLeavesNothing) {
  const ShortDigest before = here_.views[0].root();
  here_.put(DigestTopic::commands, 1, 1);
  EXPECT_NE(here_.views[0].root(), before);
  here_.indices[0].erase(key_name(1));
  EXPECT_EQ(here_.views[0].root(), before);
  EXPECT_EQ(here_.indices[0].size(), 0U);
  EXPECT_FALSE(here_.views[0].tag_of(key_name(1)).has_value());
}

class CorruptPeer : public DigestExchangeTest {
 protected:
  CorruptPeer() {
    fill_all(100);
    there_.put(DigestTopic::settled, 7, 8);
  }

  /// Up to the question for the tags of the bucket that differs.
  DigestQuestion asked_for_tags() {
    const DigestQuestion first = here_.exchange.on_roots(there_.exchange.roots()).at(0);
    return here_.exchange.on_answer(there_.exchange.answer(first))->ask.value();
  }

  void expect_refused(const DigestAnswer& answer) {
    EXPECT_EQ(here_.exchange.on_answer(answer).error().code(), Errc::peer_malformed);
  }
};

TEST_F(CorruptPeer, AnswersThatNobodyAskedForAreRefused) {
  DigestAnswer answer;
  answer.given = DigestQuestion::For::names;
  expect_refused(answer);
  const DigestQuestion question = asked_for_tags();
  answer.topic = question.topic;
  answer.bucket = question.bucket;
  expect_refused(answer);
}

TEST_F(CorruptPeer, TagsComeInOrderAndEnd) {
  DigestAnswer answer = there_.exchange.answer(asked_for_tags());
  answer.digests = {value_of(1), value_of(1)};
  expect_refused(answer);
}

TEST_F(CorruptPeer, NoTagsAndMoreToComeIsRefused) {
  DigestAnswer answer = there_.exchange.answer(asked_for_tags());
  answer.digests.clear();
  answer.last = false;
  expect_refused(answer);
}

TEST_F(CorruptPeer, ABucketEndsAtLast) {
  DigestQuestion question = asked_for_tags();
  for (std::uint16_t part = 0;; ++part) {
    ASSERT_LT(part, 1000U);
    DigestAnswer answer;
    answer.topic = question.topic;
    answer.given = question.wanted;
    answer.bucket = question.bucket;
    answer.last = question.wanted == DigestQuestion::For::names;
    if (!answer.last) {
      ShortDigest tag{};
      store_u16(MutableByteView(tag).first(2), part);
      answer.digests = {tag};
    }
    Result<DigestExchange::Step> step = here_.exchange.on_answer(answer);
    if (!step) {
      EXPECT_EQ(step.error().code(), Errc::peer_malformed);
      return;
    }
    question = step->ask.value();
  }
}

TEST_F(CorruptPeer, NamesThatWereNotAskedForAreRefused) {
  DigestAnswer answer = there_.exchange.answer(asked_for_tags());
  const DigestQuestion names = here_.exchange.on_answer(answer)->ask.value();
  ASSERT_EQ(names.wanted, DigestQuestion::For::names);
  answer = there_.exchange.answer(names);
  answer.names.emplace_back("one more");
  answer.names.emplace_back("and one");
  expect_refused(answer);
}

}  // namespace
}  // namespace tercet::node
