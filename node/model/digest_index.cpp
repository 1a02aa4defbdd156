#include "node/model/digest_index.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/crypto/hash.h"

namespace tercet::node {

ShortDigest short_sha256(ByteView data) {
  const Sha256Digest whole = sha256(data);
  ShortDigest cut{};
  std::copy_n(whole.begin(), cut.size(), cut.begin());
  return cut;
}

std::size_t DigestIndex::bucket_of(std::string_view id) {
  return sha256(as_bytes(id))[0];
}

void DigestIndex::put(std::string_view id, const ShortDigest& value) {
  TERCET_CHECK(id.size() <= kDigestIdBytesMax);
  Bucket& bucket = buckets_[bucket_of(id)];
  const auto [at, is_new] = bucket.values.insert_or_assign(std::string(id), value);
  size_ += is_new ? 1 : 0;
  ++bucket.version;
}

void DigestIndex::erase(std::string_view id) {
  Bucket& bucket = buckets_[bucket_of(id)];
  if (const auto found = bucket.values.find(id); found != bucket.values.end()) {
    bucket.values.erase(found);
    --size_;
    ++bucket.version;
  }
}

void DigestIndex::clear() {
  for (Bucket& bucket : buckets_) {
    bucket.values.clear();
    ++bucket.version;
  }
  size_ = 0;
}

bool DigestIndex::contains(std::string_view id) const {
  return buckets_[bucket_of(id)].values.contains(id);
}

ShortDigest DigestView::tag(std::string_view id, const ShortDigest& value) const {
  ByteWriter entry;
  entry.text(id).raw(value);
  return hash_(entry.bytes());
}

std::vector<std::pair<ShortDigest, std::string_view>> DigestView::tags(std::size_t bucket) const {
  std::vector<std::pair<ShortDigest, std::string_view>> out;
  for (const auto& [id, value] : index_->buckets_[bucket].values) {
    out.emplace_back(tag(id, value), id);
  }
  std::ranges::sort(out);
  return out;
}

std::optional<ShortDigest> DigestView::tag_of(std::string_view id) const {
  const auto& values = index_->buckets_[DigestIndex::bucket_of(id)].values;
  const auto found = values.find(id);
  return found == values.end() ? std::nullopt : std::optional(tag(id, found->second));
}

const DigestView::Buckets& DigestView::buckets() const {
  for (std::size_t b = 0; b < kDigestBuckets; ++b) {
    const std::uint64_t version = index_->buckets_[b].version;
    if (seen_[b] == version) {
      continue;
    }
    ByteWriter all;
    for (const auto& [tag, id] : tags(b)) {
      all.raw(tag);
    }
    digests_[b] = hash_(all.bytes());
    seen_[b] = version;
  }
  return digests_;
}

ShortDigest DigestView::root() const {
  ByteWriter all;
  for (const ShortDigest& digest : buckets()) {
    all.raw(digest);
  }
  return hash_(all.bytes());
}

}  // namespace tercet::node
