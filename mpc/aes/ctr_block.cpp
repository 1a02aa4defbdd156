#include "mpc/aes/ctr_block.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/secret/access.h"
#include "mpc/aes/ctr_block.inl.h"

namespace tercet::mpc {
namespace {

/// Which (position, value) pairs a row of public blocks has, each once, and where each byte's is.
class DistinctBytes {
 public:
  explicit DistinctBytes(ByteView blocks) {
    constexpr std::int32_t kNone = -1;
    std::vector<std::int32_t> known(kAesBlockBytes * 256, kNone);
    source.reserve(blocks.size());
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const std::size_t at = i % kAesBlockBytes;
      std::int32_t& place = known[at * 256 + blocks[i]];
      if (place == kNone) {
        place = static_cast<std::int32_t>(values.size());
        positions.push_back(static_cast<std::uint32_t>(at));
        values.push_back(blocks[i]);
      }
      source.push_back(static_cast<std::size_t>(place));
    }
  }

  std::vector<std::uint32_t> positions;
  Bytes values;
  std::vector<std::size_t> source;  ///< of every byte: where in positions and values
};

void spread(const SecretBytes& from, const std::vector<std::size_t>& source, SecretBytes& into) {
  const SecretAccess access = SecretAccess::grant();
  const ByteView looked_up = from.expose(access);
  const MutableByteView out = into.expose_mutable(access);
  for (std::size_t i = 0; i < source.size(); ++i) {
    out[i] = looked_up[source[i]];
  }
}

}  // namespace

ByteShares first_round(const OneHotVectors& vectors, ByteView blocks) {
  TERCET_CHECK(vectors.count() == kAesBlockBytes && blocks.size() % kAesBlockBytes == 0);
  const DistinctBytes distinct(blocks);
  const ByteShares looked_up =
      apply_tables_at(vectors, distinct.positions, distinct.values, aes_sbox_table());
  ByteShares states(blocks.size());
  spread(looked_up.own, distinct.source, states.own);
  spread(looked_up.next, distinct.source, states.next);
  return states;
}

template Task<Result<ByteShares>> encrypt_blocks<FullDefences>(
    Party&, AesShares, Bytes, VectorRange, Sealing);

}  // namespace tercet::mpc
