#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"

namespace tercet::node {

/// A hash cut to 128 bits: what it stands for is compared with the same at a peer.
using ShortDigest = std::array<std::uint8_t, 16>;

/// SHA-256, cut.
ShortDigest short_sha256(ByteView data);

inline constexpr std::size_t kDigestBuckets = 256;
inline constexpr std::size_t kDigestIdBytesMax = 160;

/// Named things that two nodes should hold the same of, kept so that their difference is found
/// without telling all of them: in 256 buckets by the first byte of SHA-256(id). In memory; one
/// change touches one bucket.
class DigestIndex {
 public:
  /// `id` of at most kDigestIdBytesMax bytes (checked); `value` is what should be equal.
  void put(std::string_view id, const ShortDigest& value);
  void erase(std::string_view id);
  void clear();

  bool contains(std::string_view id) const;

  std::size_t size() const { return size_; }

 private:
  friend class DigestView;

  class Bucket {
   public:
    std::map<std::string, ShortDigest, std::less<>> values;
    std::uint64_t version = 0;
  };

  static std::size_t bucket_of(std::string_view id);

  std::array<Bucket, kDigestBuckets> buckets_;
  std::size_t size_ = 0;
};

/// An index under one hash, which may be keyed: what is compared with a peer that has the same
/// hash. The tag of an entry is the hash of its id and value; a bucket's digest covers its tags in
/// order, the root the buckets. Digests of buckets are kept until the bucket changes.
class DigestView {
 public:
  using Hash = std::function<ShortDigest(ByteView)>;
  using Buckets = std::array<ShortDigest, kDigestBuckets>;

  /// `index` outlives it.
  explicit DigestView(const DigestIndex& index, Hash hash = short_sha256)
      : index_(&index), hash_(std::move(hash)) {}

  ShortDigest root() const;
  const Buckets& buckets() const;
  /// The bucket's tags in ascending order, each with its id.
  std::vector<std::pair<ShortDigest, std::string_view>> tags(std::size_t bucket) const;
  /// Nothing where there is no such id.
  std::optional<ShortDigest> tag_of(std::string_view id) const;

 private:
  ShortDigest tag(std::string_view id, const ShortDigest& value) const;

  const DigestIndex* index_;
  Hash hash_;
  mutable Buckets digests_{};
  mutable std::array<std::optional<std::uint64_t>, kDigestBuckets> seen_;  ///< versions
};

}  // namespace tercet::node
