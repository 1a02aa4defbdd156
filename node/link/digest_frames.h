#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "node/model/digest_index.h"
#include "node/model/held_counts.h"

/// What two nodes say to find in what they differ (docs/key-lifecycle.md, "When a link comes up").
/// Fixed layouts; every list is bounded. Errors of every decode: peer_malformed.
namespace tercet::node {

/// What is compared. Each has an index of its own at a node.
enum class DigestTopic : std::uint8_t {
  commands = 0,    ///< id of a command -> the receipts that are known with it
  settled = 1,     ///< key and version -> epoch, maker and terms
  components = 2,  ///< the same -> the component that both nodes of the link hold; keyed
};

inline constexpr std::size_t kDigestTopics = 3;

/// Sent by both when a link comes up, and again while they differ.
struct DigestRoots {
  DigestRoots() = default;
  std::array<ShortDigest, kDigestTopics> roots{};
  HoldingWord holding;
  Bytes encode() const;
  static Result<DigestRoots> decode(ByteView from);
};

/// Each is answered by one frame of the kind it asks for.
struct DigestQuestion {
  enum class For : std::uint8_t { buckets = 0, tags = 1, names = 2 };

  DigestQuestion() = default;
  DigestTopic topic = DigestTopic::commands;
  For wanted = For::buckets;
  std::uint8_t bucket = 0;  ///< of tags and names
  std::vector<ShortDigest>
      tags;  ///< of tags: those after this one, if one is given; of names: of these
  Bytes encode() const;
  static Result<DigestQuestion> decode(ByteView from);
};

struct DigestAnswer {
  DigestAnswer() = default;
  DigestTopic topic = DigestTopic::commands;
  DigestQuestion::For given = DigestQuestion::For::buckets;
  std::uint8_t bucket = 0;
  bool last = false;                 ///< of tags: there are no more in the bucket
  std::vector<ShortDigest> digests;  ///< of buckets: 256; of tags: in ascending order
  std::vector<std::string> names;    ///< ids of those tags that are still there
  Bytes encode() const;
  static Result<DigestAnswer> decode(ByteView from);
};

inline constexpr std::size_t kTagsPerAnswerMax = 1024;
inline constexpr std::size_t kNamesPerAnswerMax = 64;

}  // namespace tercet::node
