#include "mpc/verify/pair_hash.h"

#include <algorithm>
#include <array>

#include "mpc/field/gf2_128.h"
#include "mpc/prf/labels.h"
#include "mpc/share/view.h"

namespace tercet::mpc {

namespace {

constexpr std::size_t kElementBytes = 16;

/// h^1 .. h^count.
SecretBytes powers_of(ByteView h, std::size_t count) {
  SecretBytes powers(count * kElementBytes);
  const MutableByteView out = mutable_view_of(powers);
  std::ranges::copy(h, out.begin());
  // by doubling: the next run is the present one times its last power
  for (std::size_t have = 1; have < count; have *= 2) {
    const std::size_t more = std::min(have, count - have) * kElementBytes;
    const Block128 last = load_block(out.subspan((have - 1) * kElementBytes, kElementBytes));
    multiply_all(last, out.first(more), out.subspan(have * kElementBytes, more));
  }
  return powers;
}

}  // namespace

PairHash::PairHash(const PairSecret& pair, const SessionId& sid) : buffer_(kPieceBytes) {
  const SecretBytes h = pair.session_digest_key(kLabelPairHash, sid);
  powers_ = powers_of(view_of(h), kPieceBytes / kElementBytes);
}

void PairHash::absorb_piece(ByteView piece) {
  std::array<std::uint8_t, kElementBytes> value{};
  const WipeGuard guard(value);
  store_block(value, inner_product(piece, view_of(powers_).first(piece.size())));
  pieces_.update(value);
}

void PairHash::update(ByteView data) {
  length_ += data.size();
  while (!data.empty()) {
    if (buffered_ == 0 && data.size() >= kPieceBytes) {
      absorb_piece(data.first(kPieceBytes));
      data = data.subspan(kPieceBytes);
      continue;
    }
    const std::size_t size = std::min(data.size(), kPieceBytes - buffered_);
    std::ranges::copy(data.first(size), mutable_view_of(buffer_).subspan(buffered_).begin());
    data = data.subspan(size);
    buffered_ += size;
    if (buffered_ == kPieceBytes) {
      absorb_piece(view_of(buffer_));
      buffered_ = 0;
    }
  }
}

Sha256Digest PairHash::finish() {
  if (buffered_ > 0) {
    const std::size_t padded = (buffered_ + kElementBytes - 1) / kElementBytes * kElementBytes;
    std::ranges::fill(mutable_view_of(buffer_).subspan(buffered_, padded - buffered_), 0);
    absorb_piece(view_of(buffer_).first(padded));
  }
  std::array<std::uint8_t, 8> length{};
  store_u64(length, length_);
  return pieces_.update(length).finish();
}

}  // namespace tercet::mpc
