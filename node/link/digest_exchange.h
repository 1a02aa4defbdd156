#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "node/link/digest_frames.h"
#include "node/model/digest_index.h"

namespace tercet::node {

/// Finds what a peer has and this node has not, or has otherwise, on one link: roots first, then
/// the digests of buckets, then the tags of buckets that differ, then the names behind tags that
/// are unknown here. Both sides do so, each for itself. At most one question a topic is under way,
/// and each has one bounded answer, so neither side's queue grows whatever the size of the
/// difference.
///
/// Pure: returns what to send. Ends with the link; a new link begins a new one.
/// Threads: one. Source: docs/key-lifecycle.md.
class DigestExchange {
 public:
  /// Something that the peer has: unknown here, or known with another value.
  class Difference {
   public:
    Difference(DigestTopic its_topic, std::string its_name)
        : topic(its_topic), name(std::move(its_name)) {}

    DigestTopic topic;
    std::string name;
  };

  class Step {
   public:
    Step() = default;
    std::optional<DigestQuestion> ask;
    std::vector<Difference> differences;
  };

  using Views = std::array<const DigestView*, kDigestTopics>;

  /// The views outlive it.
  explicit DigestExchange(const Views& views) : views_(views) {}

  DigestRoots roots() const;
  /// At most one question for each topic that differs and is not being compared already.
  std::vector<DigestQuestion> on_roots(const DigestRoots& theirs);
  /// Always one answer. Holds nothing between questions.
  DigestAnswer answer(const DigestQuestion& question) const;
  /// Errors: peer_malformed (nothing, or something else, was asked; tags out of order; too many).
  Result<Step> on_answer(const DigestAnswer& answer);

  /// A topic is being compared.
  bool busy() const;

 private:
  class Topic {
   public:
    std::optional<DigestQuestion> asked;
    std::deque<std::uint8_t> to_compare;  ///< buckets that differ
    std::vector<ShortDigest> unknown;     ///< tags of this bucket that are not here
    std::size_t parts = 0;                ///< of this bucket's tags
    std::optional<ShortDigest> after;     ///< tags up to here were seen
    bool all_tags = false;                ///< of this bucket
  };

  static std::size_t at(DigestTopic topic) { return static_cast<std::size_t>(topic); }

  void on_buckets(Topic& topic, const DigestAnswer& answer) const;
  Status on_tags(Topic& topic, const DigestAnswer& answer);
  /// The next question of the topic, if there is more to ask.
  std::optional<DigestQuestion> next(DigestTopic name, Topic& topic) const;

  Views views_;
  std::array<Topic, kDigestTopics> topics_;
};

}  // namespace tercet::node
