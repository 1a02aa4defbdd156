#include "mpc/verify/products.h"

#include <algorithm>

#include "mpc/verify/products.inl.h"

namespace tercet::mpc {

namespace detail {

namespace {

constexpr std::size_t kChunkBytes = 4096;

/// XOR over k of this party's local terms: <x_i, y_i ^ y_{i+1}> ^ <x_{i+1}, y_i>.
Block128 local_inner_product(ByteView x_own, ByteView x_next, ByteView y_own, ByteView y_next) {
  std::array<std::uint8_t, kChunkBytes> sum{};
  const WipeGuard guard(sum);
  Block128 total = inner_product(x_next, y_own);
  for (std::size_t at = 0; at < x_own.size(); at += kChunkBytes) {
    const std::size_t size = std::min(kChunkBytes, x_own.size() - at);
    const MutableByteView part = MutableByteView(sum).first(size);
    std::ranges::copy(y_own.subspan(at, size), part.begin());
    xor_bytes(part, y_next.subspan(at, size));
    total = total ^ inner_product(x_own.subspan(at, size), part);
  }
  return total;
}

/// out = a ^ point * (a ^ b); `out` may be `a`.
void line_row(Block128 point, ByteView a, ByteView b, MutableByteView out) {
  std::array<std::uint8_t, kChunkBytes> slope{};
  const WipeGuard guard(slope);
  for (std::size_t at = 0; at < a.size(); at += kChunkBytes) {
    const std::size_t size = std::min(kChunkBytes, a.size() - at);
    const MutableByteView part = MutableByteView(slope).first(size);
    std::ranges::copy(a.subspan(at, size), part.begin());
    xor_bytes(part, b.subspan(at, size));
    multiply_all(point, part, part);
    xor_bytes(part, a.subspan(at, size));
    std::ranges::copy(part, out.subspan(at, size).begin());
  }
}

void line_shares(Block128 point, const ByteShares& halves, ByteShares& out) {
  const std::size_t half = halves.size() / 2;
  for (const auto& [from, into] :
       {std::pair(&halves.own, &out.own), std::pair(&halves.next, &out.next)}) {
    const ByteView row = view_of(*from);
    line_row(point, row.first(half), row.subspan(half), mutable_view_of(*into));
  }
}

Block128 scaled(const SecretBytes& a, Block128 factor) {
  return multiply(load_block(view_of(a)), factor);
}

}  // namespace

SecretBytes local_products(const BlockShares& x, const BlockShares& y) {
  const ByteView x_own = view_of(x.bytes.own);
  const ByteView y_own = view_of(y.bytes.own);
  SecretBytes z(x.bytes.size());
  SecretBytes cross(x.bytes.size());
  const MutableByteView out = mutable_view_of(z);
  const MutableByteView part = mutable_view_of(cross);
  std::ranges::copy(y_own, part.begin());
  xor_bytes(part, view_of(y.bytes.next));
  multiply_each(x_own, part, out);
  multiply_each(view_of(x.bytes.next), y_own, part);
  xor_bytes(out, part);
  return z;
}

SecretBytes halves_at_zero_and_two(const BlockShares& x, const BlockShares& y) {
  const std::size_t half = x.bytes.size() / 2;
  ByteShares x2(half);
  ByteShares y2(half);
  line_shares(kBlockTwo, x.bytes, x2);
  line_shares(kBlockTwo, y.bytes, y2);
  SecretBytes terms(2 * kBlockBytes);
  const MutableByteView out = mutable_view_of(terms);
  store_block(out.first(kBlockBytes),
              local_inner_product(view_of(x.bytes.own).first(half),
                                  view_of(x.bytes.next).first(half),
                                  view_of(y.bytes.own).first(half),
                                  view_of(y.bytes.next).first(half)));
  store_block(
      out.subspan(kBlockBytes),
      local_inner_product(view_of(x2.own), view_of(x2.next), view_of(y2.own), view_of(y2.next)));
  return terms;
}

void fold_halves(BlockShares& x, Block128 point) {
  BlockShares folded(x.count() / 2);
  line_shares(point, x.bytes, folded.bytes);
  x = std::move(folded);
}

BlockShares interpolate(const BlockShares& h0,
                        const BlockShares& h1,
                        const BlockShares& h2,
                        Block128 point) {
  // Lagrange over the points 0, 1, t in characteristic 2; all weights are public
  static const Block128 inverse_t = inverse(kBlockTwo);
  static const Block128 inverse_t1 = inverse(kBlockTwo ^ kBlockOne);
  const Block128 minus1 = point ^ kBlockOne;
  const Block128 minus2 = point ^ kBlockTwo;
  const Block128 weight0 = multiply(multiply(minus1, minus2), inverse_t);
  const Block128 weight1 = multiply(multiply(point, minus2), inverse_t1);
  const Block128 weight2 = multiply(multiply(point, minus1), multiply(inverse_t, inverse_t1));
  BlockShares h(1);
  store_block(mutable_view_of(h.bytes.own),
              scaled(h0.bytes.own, weight0) ^ scaled(h1.bytes.own, weight1) ^
                  scaled(h2.bytes.own, weight2));
  store_block(mutable_view_of(h.bytes.next),
              scaled(h0.bytes.next, weight0) ^ scaled(h1.bytes.next, weight1) ^
                  scaled(h2.bytes.next, weight2));
  return h;
}

BlockShares line_at(const BlockShares& a, const BlockShares& b, Block128 point) {
  BlockShares out(1);
  line_row(point, view_of(a.bytes.own), view_of(b.bytes.own), mutable_view_of(out.bytes.own));
  line_row(point, view_of(a.bytes.next), view_of(b.bytes.next), mutable_view_of(out.bytes.next));
  return out;
}

BlockShares padded(const BlockShares& x, std::size_t count) {
  BlockShares out(count);
  store_slice(out.bytes, 0, x.bytes);
  return out;
}

BlockShares weighted(const BlockShares& x, ByteView gammas) {
  BlockShares out(x.count());
  multiply_each(view_of(x.bytes.own), gammas, mutable_view_of(out.bytes.own));
  multiply_each(view_of(x.bytes.next), gammas, mutable_view_of(out.bytes.next));
  return out;
}

BlockShares weighted_sum(const BlockShares& z, ByteView gammas) {
  BlockShares out(1);
  store_block(mutable_view_of(out.bytes.own), inner_product(view_of(z.bytes.own), gammas));
  store_block(mutable_view_of(out.bytes.next), inner_product(view_of(z.bytes.next), gammas));
  return out;
}

}  // namespace detail

template Task<Result<BlockShares>> multiply<FullDefences>(Party&,
                                                          const BlockShares&,
                                                          const BlockShares&,
                                                          std::uint64_t);
template Task<Status> verify_products<FullDefences>(Party&,
                                                    const BlockShares&,
                                                    const BlockShares&,
                                                    const BlockShares&);
template Task<Result<BlockShares>> multiply_verified<FullDefences>(Party&,
                                                                   const BlockShares&,
                                                                   const BlockShares&);
template Task<Status> verify_inner_product<FullDefences>(
    Party&, BlockShares, BlockShares, BlockShares, ZeroCheck&);

}  // namespace tercet::mpc
