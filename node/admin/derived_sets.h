#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/base/ids.h"
#include "core/base/lru_cache.h"
#include "core/base/result.h"
#include "mpc/party.h"
#include "node/store/key_types.h"

namespace tercet::mpc {
class KeyMaterial;
}

namespace tercet::node {

class ShareStore;

/// The derived sets in memory, 34 KB each, nearly all of it powers of H: opened from their sealed
/// rows at first use, and bounded in number. What is pushed out lives on in the requests that use
/// it, and is opened again when wanted. Threads: the service's executor only.
class DerivedSets {
 public:
  /// `shares` outlives it; `capacity`: sets kept, at least 1.
  DerivedSets(const ShareStore& shares, mpc::PartyIndex party, std::size_t capacity)
      : shares_(&shares), party_(party), kept_(capacity) {}

  using Material = std::shared_ptr<const mpc::KeyMaterial>;

  /// The epoch's set if it is in memory, else null. No disk.
  Material kept(const KeyEpoch& name);
  /// Reads (35 KB, about 0.1 ms) what is not in memory. Errors: storage_error; not_found,
  /// seal_broken, storage_corrupt (rule D4: the caller marks the version as damaged).
  Result<Material> open(const EpochRecord& epoch);
  void forget(const KeyEpoch& name);

  std::size_t size() const { return kept_.size(); }

  std::size_t capacity() const { return kept_.capacity(); }

  /// How often a set was read from disk, ever.
  std::uint64_t opened() const { return opened_; }

 private:
  using Name = std::pair<KeyId, KeyVersion>;

  struct Kept {
    EpochId epoch;
    Material material;
  };

  Result<Material> read(const EpochRecord& epoch) const;

  const ShareStore* shares_;
  mpc::PartyIndex party_;
  LruCache<Name, Kept> kept_;  ///< by version, so that a new epoch takes the place of the old one
  std::uint64_t opened_ = 0;
};

}  // namespace tercet::node
