#include "mpc/onehot/stock.h"

#include <utility>

#include "core/base/check.h"
#include "mpc/share/view.h"

namespace tercet::mpc {

namespace {

/// Copies [offset, offset + count) out of `from`, and wipes it there.
ByteShares cut_out(ByteShares& from, std::size_t offset, std::size_t count) {
  ByteShares out = from.slice(offset, count);
  wipe(mutable_view_of(from.own).data() + offset, count);
  wipe(mutable_view_of(from.next).data() + offset, count);
  return out;
}

}  // namespace

OneHotVectors::OneHotVectors(ByteShares vector_bits) : bits(std::move(vector_bits)) {
  TERCET_CHECK(bits.size() % kVectorBytes == 0);
}

VectorRange::VectorRange(ByteShares masks, ByteShares bits)
    : masks_(std::move(masks)), bits_(std::move(bits)) {
  TERCET_CHECK(bits_.size() == masks_.size() * kVectorBytes);
}

VectorRange::VectorRange(VectorRange&& other) noexcept
    : masks_(std::exchange(other.masks_, ByteShares())),
      bits_(std::exchange(other.bits_, ByteShares())) {}

VectorRange& VectorRange::operator=(VectorRange&& other) noexcept {
  masks_ = std::exchange(other.masks_, ByteShares());
  bits_ = std::exchange(other.bits_, ByteShares());
  return *this;
}

VectorRange VectorRange::take_front(std::size_t wanted) {
  TERCET_CHECK(wanted <= count());
  if (wanted == count()) {
    return std::move(*this);
  }
  const std::size_t rest = count() - wanted;
  VectorRange front(masks_.slice(0, wanted), bits_.slice(0, wanted * kVectorBytes));
  *this = VectorRange(masks_.slice(wanted, rest),
                      bits_.slice(wanted * kVectorBytes, rest * kVectorBytes));
  return front;
}

std::vector<VectorRange> VectorRange::split(std::span<const std::size_t> sizes) && {
  const VectorRange whole(std::move(*this));
  std::vector<VectorRange> parts;
  parts.reserve(sizes.size());
  std::size_t at = 0;
  for (const std::size_t size : sizes) {
    parts.push_back(VectorRange(whole.masks_.slice(at, size),
                                whole.bits_.slice(at * kVectorBytes, size * kVectorBytes)));
    at += size;
  }
  TERCET_CHECK(at == whole.count());
  return parts;
}

VectorUse::VectorUse(VectorRange&& range) {
  VectorRange used(std::move(range));
  bits_ = std::move(used.bits_);
}

OneHotBatch::OneHotBatch(
    const BatchId& id, ParticipantSet set, std::size_t count, ByteShares masks, ByteShares bits)
    : id_(id), set_(set), count_(count), masks_(std::move(masks)), bits_(std::move(bits)) {
  TERCET_CHECK(masks_.size() >= count && bits_.size() >= count * kVectorBytes);
}

Status OneHotBatch::can_take(std::uint32_t first, std::uint32_t wanted) const {
  if (wanted == 0) {
    return Error(Errc::invalid_argument, "take vectors: none asked for");
  }
  if (first < mark_) {
    return Error(Errc::already_burnt, "take vectors: the range begins below the batch's mark")
        .hint("go on from the mark that the refusal carries");
  }
  if (first > count_ || wanted > count_ - first) {
    return Error(Errc::out_of_range, "take vectors: the range ends outside the batch");
  }
  return ok_status();
}

Result<VectorRange> OneHotBatch::take(std::uint32_t first, std::uint32_t wanted) {
  TERCET_TRY_STATUS(can_take(first, wanted));
  const std::uint32_t skipped_from = mark_;
  mark_ = first + wanted;  // burnt before anything is sent (protocol.md 2)
  if (first > skipped_from) {
    cut_out(masks_, skipped_from, first - skipped_from);
    cut_out(bits_, skipped_from * kVectorBytes, (first - skipped_from) * kVectorBytes);
  }
  return VectorRange(cut_out(masks_, first, wanted),
                     cut_out(bits_, first * kVectorBytes, wanted * kVectorBytes));
}

}  // namespace tercet::mpc
