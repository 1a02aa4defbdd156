#include "node/link/digest_frames.h"

#include <algorithm>
#include <utility>

namespace tercet::node {
namespace {

using For = DigestQuestion::For;

Error malformed(std::string_view what) {
  return Error(Errc::peer_malformed, "decode " + std::string(what));
}

void write_digests(ByteWriter& out, const std::vector<ShortDigest>& digests) {
  out.u16(static_cast<std::uint16_t>(digests.size()));
  for (const ShortDigest& digest : digests) {
    out.raw(digest);
  }
}

/// False: more than `limit`.
bool read_digests(ByteReader& in, std::size_t limit, std::vector<ShortDigest>& digests) {
  const std::uint16_t count = in.u16();
  if (count > limit) {
    return false;
  }
  for (std::uint16_t i = 0; i < count && !in.failed(); ++i) {
    digests.push_back(in.array<std::tuple_size_v<ShortDigest>>());
  }
  return true;
}

std::size_t tags_asked_max(For wanted) {
  switch (wanted) {
    case For::buckets:
      return 0;
    case For::tags:
      return 1;
    case For::names:
      return kNamesPerAnswerMax;
  }
  return 0;
}

/// Are there as many digests and names as the kind of answer has?
bool counts_fit(const DigestAnswer& answer) {
  switch (answer.given) {
    case For::buckets:
      return answer.digests.size() == kDigestBuckets && answer.names.empty() && answer.last;
    case For::tags:
      return answer.digests.size() <= kTagsPerAnswerMax && answer.names.empty();
    case For::names:
      return answer.digests.empty() && answer.last;
  }
  return false;
}

/// Fields that questions and answers begin with. False: a topic or kind that is unknown.
template <class Message>
bool read_head(ByteReader& in, Message& message, For& kind) {
  const std::uint8_t topic = in.u8();
  const std::uint8_t number = in.u8();
  message.bucket = in.u8();
  if (topic >= kDigestTopics || number > static_cast<std::uint8_t>(For::names)) {
    return false;
  }
  message.topic = static_cast<DigestTopic>(topic);
  kind = static_cast<For>(number);
  return true;
}

}  // namespace

Bytes DigestRoots::encode() const {
  ByteWriter out;
  for (const ShortDigest& root : roots) {
    out.raw(root);
  }
  for (const HeldCounts& counts : {holding.held, holding.heard_of_you}) {
    out.u64(counts.commands).u64(counts.versions);
  }
  out.u8(holding.old_directory ? 1 : 0);
  return out.take();
}

Result<DigestRoots> DigestRoots::decode(ByteView from) {
  ByteReader in(from);
  DigestRoots message;
  for (ShortDigest& root : message.roots) {
    root = in.array<std::tuple_size_v<ShortDigest>>();
  }
  for (HeldCounts* counts : {&message.holding.held, &message.holding.heard_of_you}) {
    counts->commands = in.u64();
    counts->versions = in.u64();
  }
  const std::uint8_t old = in.u8();
  TERCET_TRY_STATUS(in.finish("digest roots"));
  if (old > 1) {
    return malformed("digest roots");
  }
  message.holding.old_directory = old == 1;
  return message;
}

Bytes DigestQuestion::encode() const {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(topic)).u8(static_cast<std::uint8_t>(wanted)).u8(bucket);
  write_digests(out, tags);
  return out.take();
}

Result<DigestQuestion> DigestQuestion::decode(ByteView from) {
  ByteReader in(from);
  DigestQuestion message;
  if (!read_head(in, message, message.wanted) ||
      !read_digests(in, tags_asked_max(message.wanted), message.tags)) {
    return malformed("digest question");
  }
  TERCET_TRY_STATUS(in.finish("digest question"));
  return message;
}

Bytes DigestAnswer::encode() const {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(topic)).u8(static_cast<std::uint8_t>(given)).u8(bucket);
  out.u8(last ? 1 : 0);
  write_digests(out, digests);
  out.u16(static_cast<std::uint16_t>(names.size()));
  for (const std::string& name : names) {
    out.text(name);
  }
  return out.take();
}

Result<DigestAnswer> DigestAnswer::decode(ByteView from) {
  ByteReader in(from);
  DigestAnswer message;
  if (!read_head(in, message, message.given)) {
    return malformed("digest answer");
  }
  const std::uint8_t last = in.u8();
  if (last > 1 || !read_digests(in, kTagsPerAnswerMax, message.digests)) {
    return malformed("digest answer");
  }
  message.last = last == 1;
  const std::uint16_t names = in.u16();
  if (names > kNamesPerAnswerMax) {
    return malformed("digest answer");
  }
  for (std::uint16_t i = 0; i < names && !in.failed(); ++i) {
    message.names.emplace_back(as_text(in.blob(kDigestIdBytesMax)));
  }
  TERCET_TRY_STATUS(in.finish("digest answer"));
  if (!counts_fit(message)) {
    return malformed("digest answer");
  }
  return message;
}

}  // namespace tercet::node
