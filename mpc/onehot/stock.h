#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/secret/secret_bytes.h"
#include "mpc/party.h"
#include "mpc/share/rss.h"

namespace tercet::mpc {

inline constexpr std::size_t kVectorBytes = 32;  ///< 256 bits: bit j is bit j%8 of byte j/8

/// Shares of one-hot vectors whose index is a VALUE rather than a mask (round key 0, protocol.md
/// 6): linear functions of the value are local, as often as one likes. Secret.
class OneHotVectors {
 public:
  OneHotVectors() = default;
  /// `bits` holds 32 bytes a vector (checked).
  explicit OneHotVectors(ByteShares bits);

  std::size_t count() const { return bits.size() / kVectorBytes; }

  ByteShares bits;
};

/// Single-use vectors taken out of a batch: random bytes r (`masks`) and their one-hot vectors e
/// (`bits`). Move-only; what is applied is wiped. Below the batch's mark from birth.
class VectorRange {
 public:
  VectorRange() = default;
  VectorRange(VectorRange&& other) noexcept;
  VectorRange& operator=(VectorRange&& other) noexcept;

  std::size_t count() const { return masks_.size(); }

  /// Splits off the first `wanted` (checked: there are that many).
  VectorRange take_front(std::size_t wanted);

  /// Cuts all of it into ranges of these sizes, which add up to it (checked).
  std::vector<VectorRange> split(std::span<const std::size_t> sizes) &&;

  /// The shared random bytes r, to mask what is opened.
  const ByteShares& masks() const { return masks_; }

 private:
  friend class OneHotBatch;
  friend class VectorUse;

  VectorRange(ByteShares masks, ByteShares bits);

  ByteShares masks_;
  ByteShares bits_;
};

/// The material of a range, taken out for its one use: makes the range empty.
class VectorUse {
 public:
  explicit VectorUse(VectorRange&& range);

  const ByteShares& bits() const { return bits_; }

 private:
  ByteShares bits_;
};

/// A verified batch: vectors 0..count-1, one mark below which everything is burnt (protocol.md 2).
/// Threads: one executor at a time; may be moved to another before its first use.
class OneHotBatch {
 public:
  OneHotBatch() = default;
  /// Verified shares from make_batch.
  OneHotBatch(
      const BatchId& id, ParticipantSet set, std::size_t count, ByteShares masks, ByteShares bits);
  OneHotBatch(OneHotBatch&&) noexcept = default;
  OneHotBatch& operator=(OneHotBatch&&) noexcept = default;

  const BatchId& id() const { return id_; }

  ParticipantSet set() const { return set_; }

  std::size_t count() const { return count_; }

  /// The lowest index not burnt.
  std::uint32_t mark() const { return mark_; }

  std::size_t remaining() const { return count_ - mark_; }

  /// Burns everything below first + count, then hands out [first, first + count).
  /// Errors: already_burnt (first below the mark), out_of_range (ends outside the batch; then
  /// nothing is burnt), invalid_argument (count 0).
  Result<VectorRange> take(std::uint32_t first, std::uint32_t wanted);
  /// Whether take() would succeed.
  Status can_take(std::uint32_t first, std::uint32_t wanted) const;

 private:
  BatchId id_;
  ParticipantSet set_ = ParticipantSet::p123;
  std::size_t count_ = 0;
  std::uint32_t mark_ = 0;
  ByteShares masks_;
  ByteShares bits_;
};

}  // namespace tercet::mpc
