#include "mpc/verify/products.h"

#include <algorithm>

#include "mpc/field/dispatch.h"
#include "mpc/field/kernels.h"
#include "mpc/verify/products.inl.h"

namespace tercet::mpc {

namespace detail {

namespace {

/// out = a ^ point * (a ^ b); `out` may be `a`.
void line_row(Block128 point, ByteView a, ByteView b, MutableByteView out) {
  TERCET_CHECK(a.size() == b.size() && a.size() == out.size() && a.size() % kBlockBytes == 0);
  kernels().fold(point, a.data(), b.data(), out.data(), a.size() / kBlockBytes);
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
  const SharedRow x_row{view_of(x.bytes.own).data(), view_of(x.bytes.next).data()};
  const SharedRow y_row{view_of(y.bytes.own).data(), view_of(y.bytes.next).data()};
  HalfSums sums{};
  kernels().halves(x_row, y_row, x.count() / 2, sums);
  // With lines a + 2 s and c + 2 t the product at 2 is ac + 2 (at ^ sc) + 4 st, and by Karatsuba
  // at ^ sc = (a ^ s)(c ^ t) ^ ac ^ st, where a ^ s and c ^ t are the high halves.
  const Block128 cross = sums.low ^ sums.high ^ sums.sum;
  const Block128 at_two = sums.low ^ multiply(kBlockTwo, cross ^ multiply(kBlockTwo, sums.sum));
  SecretBytes terms(2 * kBlockBytes);
  const MutableByteView out = mutable_view_of(terms);
  store_block(out.first(kBlockBytes), sums.low);
  store_block(out.subspan(kBlockBytes), at_two);
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
