#include "mpc/onehot/batch.h"

#include <algorithm>
#include <memory>

#include "mpc/field/dispatch.h"
#include "mpc/onehot/batch.inl.h"

namespace tercet::mpc {

namespace detail {

namespace {

WireView wires_of(const Circuit& circuit) {
  WireView view{};
  view.random_own = view_of(circuit.random.own).data();
  view.random_next = view_of(circuit.random.next).data();
  view.first_own = view_of(circuit.first_wires.own).data();
  view.first_next = view_of(circuit.first_wires.next).data();
  view.second_own = view_of(circuit.second_wires.own).data();
  view.second_next = view_of(circuit.second_wires.next).data();
  view.blocks = circuit.blocks;
  view.one_own = circuit.one_own;
  view.one_next = circuit.one_next;
  return view;
}

/// Row p of A is bit p of sum alpha_j e[j], and so on: the coefficient of e[j] is bit p of alpha_j,
/// beta_j, alpha_j*beta_j.
std::unique_ptr<FunctionalMatrix> functional_matrix(const Coin& coin) {
  const Bytes alphas = coin.expand("alpha", 256);
  const Bytes betas = coin.expand("beta", 256);
  Bytes products(alphas.size());
  multiply_each(alphas, betas, products);
  auto matrix = std::make_unique<FunctionalMatrix>();
  for (std::size_t j = 0; j < 256; ++j) {
    std::array<std::uint8_t, kFunctionalRows>& group = (*matrix)[j / 8];
    const auto set = [&group, j](std::size_t row, unsigned bit) {
      group[row] = static_cast<std::uint8_t>(group[row] | ((bit & 1U) << (j % 8)));
    };
    for (std::size_t p = 0; p < 128; ++p) {
      const std::size_t at = 16 * j + p / 8;
      set(p, static_cast<unsigned>(alphas[at]) >> (p % 8));
      set(128 + p, static_cast<unsigned>(betas[at]) >> (p % 8));
      set(256 + p, static_cast<unsigned>(products[at]) >> (p % 8));
    }
  }
  return matrix;
}

/// Blocks worked on at a time: their lanes and all that is made of them fit into the L2 cache.
constexpr std::size_t kPartBlocks = 16;

/// The same wires from block `first` on.
WireView part_of(const WireView& wires, std::size_t first, std::size_t blocks) {
  WireView part = wires;
  part.random_own += first * 8 * kLaneBytes;
  part.random_next += first * 8 * kLaneBytes;
  part.first_own += first * kFirstGates * kLaneBytes;
  part.first_next += first * kFirstGates * kLaneBytes;
  part.second_own += first * kSecondGates * kLaneBytes;
  part.second_next += first * kSecondGates * kLaneBytes;
  part.blocks = blocks;
  return part;
}

/// Index ^ r, and parity ^ 1: what is left must be a sharing of zero.
void subtract_expected(MutableByteView linear,
                       ByteView mask_lanes,
                       std::size_t blocks,
                       bool has_one) {
  const std::uint8_t one = has_one ? 0xff : 0x00;
  for (std::size_t block = 0; block < blocks; ++block) {
    const MutableByteView at =
        linear.subspan(block * kLinearRows * kLaneBytes, kLinearRows * kLaneBytes);
    xor_bytes(at.first(8 * kLaneBytes), mask_lanes.subspan(block * 8 * kLaneBytes, 8 * kLaneBytes));
    for (std::uint8_t& byte : at.subspan(8 * kLaneBytes)) {
      byte = static_cast<std::uint8_t>(byte ^ one);
    }
  }
}

/// One component of one part of a batch.
class ComponentWeigher {
 public:
  ComponentWeigher(const FunctionalMatrix& matrix, bool has_one)
      : matrix_(matrix),
        has_one_(has_one),
        a_(kPartBlocks * kBlockVectors * kBlockBytes),
        c_(a_.size()),
        linear_(kPartBlocks * kLinearRows * kLaneBytes) {}

  /// `factors`, `others`: of this part. Adds to the claim.
  void run(ByteView lanes,
           ByteView mask_lanes,
           ByteView gammas,
           MutableByteView factors,
           MutableByteView others) {
    const std::size_t blocks = gammas.size() / (kBlockVectors * kBlockBytes);
    const MutableByteView a = mutable_view_of(a_).first(gammas.size());
    const MutableByteView c = mutable_view_of(c_).first(gammas.size());
    const FunctionalOutputs out{a.data(), others.data(), c.data(), mutable_view_of(linear_).data()};
    kernels().functionals(lanes.data(), matrix_, out, blocks);
    multiply_each(a, gammas, factors);
    claim_ = claim_ ^ inner_product(c, gammas);
    linear_size_ = blocks * kLinearRows * kLaneBytes;
    subtract_expected(mutable_view_of(linear_).first(linear_size_), mask_lanes, blocks, has_one_);
  }

  ByteView linear() const { return view_of(linear_).first(linear_size_); }

  void store_claim(SecretBytes& into) const { store_block(mutable_view_of(into), claim_); }

 private:
  const FunctionalMatrix& matrix_;
  bool has_one_;
  SecretBytes a_;
  SecretBytes c_;
  SecretBytes linear_;
  std::size_t linear_size_ = 0;
  Block128 claim_ = kBlockZero;
};

}  // namespace

Circuit::Circuit(PartyIndex self, std::size_t block_count, ByteShares masks)
    : blocks(block_count),
      one_own(self == PartyIndex::p1 ? ~std::uint64_t{0} : 0),
      one_next(self == PartyIndex::p3 ? ~std::uint64_t{0} : 0),
      random_bytes(std::move(masks)),
      random(block_count * 8 * kLaneBytes) {
  kernels().slice_bytes(
      view_of(random_bytes.own).data(), mutable_view_of(random.own).data(), blocks);
  kernels().slice_bytes(
      view_of(random_bytes.next).data(), mutable_view_of(random.next).data(), blocks);
}

void Circuit::first(SecretBytes& z) const {
  kernels().first_layer(wires_of(*this), mutable_view_of(z).data());
}

void Circuit::second(SecretBytes& z) const {
  kernels().second_layer(wires_of(*this), mutable_view_of(z).data());
}

void Circuit::outer(const Party::ZeroShare& zeros, SecretBytes& z, bool direct) const {
  const std::size_t block_bytes = (direct ? kDirectOuterGates : kOuterGates) * kLaneBytes;
  const WireView wires = wires_of(*this);
  for (std::size_t first = 0; first < blocks; first += kPartBlocks) {
    const std::size_t count = std::min(kPartBlocks, blocks - first);
    const MutableByteView part =
        mutable_view_of(z).subspan(first * block_bytes, count * block_bytes);
    zeros.add(first * block_bytes, part);
    kernels().outer_layer(part_of(wires, first, count), part.data(), direct);
  }
}

RawVectors Circuit::complete(const ByteShares& outer_wires, bool direct) && {
  RawVectors raw;
  raw.blocks = blocks;
  raw.vector_lanes = ByteShares(blocks * 256 * kLaneBytes);
  const WireView view = wires_of(*this);
  const ComponentWires own{view.random_own,
                           view.first_own,
                           view.second_own,
                           view_of(outer_wires.own).data(),
                           blocks,
                           one_own};
  const ComponentWires next{view.random_next,
                            view.first_next,
                            view.second_next,
                            view_of(outer_wires.next).data(),
                            blocks,
                            one_next};
  kernels().complete(own, mutable_view_of(raw.vector_lanes.own).data(), direct);
  kernels().complete(next, mutable_view_of(raw.vector_lanes.next).data(), direct);
  raw.masks = std::move(random_bytes);
  raw.mask_lanes = std::move(random);
  return raw;
}

WeighedVectors weigh_vectors(PartyIndex self,
                             const RawVectors& raw,
                             const Coin& coin,
                             ZeroCheck& check) {
  const std::unique_ptr<FunctionalMatrix> matrix = functional_matrix(coin);
  const std::size_t vectors = raw.blocks * kBlockVectors;
  const Bytes gammas = coin.expand("weights", vectors);
  WeighedVectors out(std::bit_ceil(vectors));
  ComponentWeigher own(*matrix, self == PartyIndex::p1);
  ComponentWeigher next(*matrix, self == PartyIndex::p3);
  for (std::size_t first = 0; first < raw.blocks; first += kPartBlocks) {
    const std::size_t blocks = std::min(kPartBlocks, raw.blocks - first);
    const std::size_t at = first * kBlockVectors * kBlockBytes;
    const std::size_t size = blocks * kBlockVectors * kBlockBytes;
    const auto lanes = [first, blocks](const SecretBytes& all, std::size_t per_block) {
      return view_of(all).subspan(first * per_block * kLaneBytes, blocks * per_block * kLaneBytes);
    };
    const ByteView own_lanes = lanes(raw.vector_lanes.own, 256);
    const ByteView next_lanes = lanes(raw.vector_lanes.next, 256);
    const ByteView weights = ByteView(gammas).subspan(at, size);
    check.add_copies(own_lanes, next_lanes);
    own.run(own_lanes,
            lanes(raw.mask_lanes.own, 8),
            weights,
            mutable_view_of(out.factors.bytes.own).subspan(at, size),
            mutable_view_of(out.others.bytes.own).subspan(at, size));
    next.run(next_lanes,
             lanes(raw.mask_lanes.next, 8),
             weights,
             mutable_view_of(out.factors.bytes.next).subspan(at, size),
             mutable_view_of(out.others.bytes.next).subspan(at, size));
    check.add_zero(own.linear(), next.linear());
  }
  own.store_claim(out.claim.bytes.own);
  next.store_claim(out.claim.bytes.next);
  return out;
}

ByteShares transposed(ByteShares lanes, std::size_t blocks) {
  kernels().transpose(mutable_view_of(lanes.own).data(), blocks);
  kernels().transpose(mutable_view_of(lanes.next).data(), blocks);
  return lanes;
}

}  // namespace detail

template Task<Result<RawVectors>> produce_vectors<FullDefences>(Party& party, std::size_t count);
template Task<Status> verify_vectors<FullDefences>(Party& party, const RawVectors& raw);
template Task<Result<OneHotBatch>> make_batch<FullDefences>(Party& party, std::size_t count);

}  // namespace tercet::mpc
