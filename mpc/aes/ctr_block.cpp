#include "mpc/aes/ctr_block.h"

#include <algorithm>
#include <array>
#include <map>
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

/// out[i] = from[source[i]]; the places are public.
SecretBytes select(const SecretBytes& from, const std::vector<std::size_t>& source) {
  const SecretAccess access = SecretAccess::grant();
  const ByteView bytes = from.expose(access);
  SecretBytes selected(source.size());
  const MutableByteView out = selected.expose_mutable(access);
  for (std::size_t i = 0; i < source.size(); ++i) {
    out[i] = bytes[source[i]];
  }
  return selected;
}

ByteShares select(const ByteShares& from, const std::vector<std::size_t>& source) {
  return ByteShares(select(from.own, source), select(from.next, source));
}

/// For each block the first one with the same 15 bytes before the last: itself, or an earlier one.
std::vector<std::size_t> first_alike(ByteView blocks) {
  std::map<std::array<std::uint8_t, kAesBlockBytes - 1>, std::size_t> seen;
  std::vector<std::size_t> first;
  for (std::size_t at = 0; at < blocks.size(); at += kAesBlockBytes) {
    std::array<std::uint8_t, kAesBlockBytes - 1> prefix{};
    std::copy_n(blocks.subspan(at).begin(), prefix.size(), prefix.begin());
    first.push_back(seen.try_emplace(prefix, at / kAesBlockBytes).first->second);
  }
  return first;
}

/// ShiftRows takes the last byte into the first column, MixColumns spreads it there.
constexpr std::size_t kOwnBytes = kAesBlockBytes - kSharedSecondRound;

}  // namespace

ByteShares first_round(const OneHotVectors& vectors, ByteView blocks) {
  TERCET_CHECK(vectors.count() == kAesBlockBytes && blocks.size() % kAesBlockBytes == 0);
  const DistinctBytes distinct(blocks);
  const ByteShares looked_up =
      apply_tables_at(vectors, distinct.positions, distinct.values, aes_sbox_table());
  return select(looked_up, distinct.source);
}

SecondRoundBytes::SecondRoundBytes(ByteView blocks) {
  const std::vector<std::size_t> first = first_alike(blocks);
  for (std::size_t block = 0; block < first.size(); ++block) {
    for (std::size_t i = 0; i < kAesBlockBytes; ++i) {
      if (i >= kOwnBytes && first[block] != block) {
        source_.push_back(source_[first[block] * kAesBlockBytes + i]);
        continue;
      }
      source_.push_back(taken_.size());
      taken_.push_back(block * kAesBlockBytes + i);
    }
  }
}

ByteShares SecondRoundBytes::gather(const ByteShares& states) const {
  return select(states, taken_);
}

ByteShares SecondRoundBytes::spread(const ByteShares& bytes) const {
  return select(bytes, source_);
}

std::size_t vectors_for_blocks(ByteView blocks) {
  return SecondRoundBytes(blocks).count() + blocks.size() * (kLayersPerBlock - 1);
}

template Task<Result<ByteShares>> encrypt_blocks<FullDefences>(
    Party&, AesShares, Bytes, VectorRange, Sealing);

}  // namespace tercet::mpc
