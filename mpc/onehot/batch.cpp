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
/// beta_j, alpha_j*beta_j; bit p of j for the index; 1 for the parity.
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
    for (std::size_t p = 0; p < 8; ++p) {
      set(384 + p, static_cast<unsigned>(j) >> p);
    }
    set(392, 1);
  }
  return matrix;
}

void evaluate_component(const SecretBytes& lanes,
                        const FunctionalMatrix& matrix,
                        std::size_t blocks,
                        SecretBytes& a,
                        SecretBytes& b,
                        SecretBytes& c,
                        SecretBytes& linear) {
  const FunctionalOutputs out{mutable_view_of(a).data(),
                              mutable_view_of(b).data(),
                              mutable_view_of(c).data(),
                              mutable_view_of(linear).data()};
  kernels().functionals(view_of(lanes).data(), matrix, out, blocks);
}

/// Index ^ r, and parity ^ 1: what is left must be a sharing of zero.
void subtract_expected(SecretBytes& linear,
                       const SecretBytes& mask_lanes,
                       std::size_t blocks,
                       bool has_one) {
  const MutableByteView rows = mutable_view_of(linear);
  const ByteView masks = view_of(mask_lanes);
  const std::uint8_t one = has_one ? 0xff : 0x00;
  for (std::size_t block = 0; block < blocks; ++block) {
    const MutableByteView at =
        rows.subspan(block * kLinearRows * kLaneBytes, kLinearRows * kLaneBytes);
    xor_bytes(at.first(8 * kLaneBytes), masks.subspan(block * 8 * kLaneBytes, 8 * kLaneBytes));
    for (std::uint8_t& byte : at.subspan(8 * kLaneBytes)) {
      byte = static_cast<std::uint8_t>(byte ^ one);
    }
  }
}

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

void Circuit::outer(SecretBytes& z, bool direct) const {
  kernels().outer_layer(wires_of(*this), mutable_view_of(z).data(), direct);
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

Functionals::Functionals(std::size_t vectors)
    : a(vectors),
      b(vectors),
      c(vectors),
      linear(vectors / kBlockVectors * kLinearRows * kLaneBytes) {}

Functionals evaluate_functionals(PartyIndex self, const RawVectors& raw, const Coin& coin) {
  const std::unique_ptr<FunctionalMatrix> matrix = functional_matrix(coin);
  Functionals out(raw.blocks * kBlockVectors);
  evaluate_component(raw.vector_lanes.own,
                     *matrix,
                     raw.blocks,
                     out.a.bytes.own,
                     out.b.bytes.own,
                     out.c.bytes.own,
                     out.linear.own);
  evaluate_component(raw.vector_lanes.next,
                     *matrix,
                     raw.blocks,
                     out.a.bytes.next,
                     out.b.bytes.next,
                     out.c.bytes.next,
                     out.linear.next);
  subtract_expected(out.linear.own, raw.mask_lanes.own, raw.blocks, self == PartyIndex::p1);
  subtract_expected(out.linear.next, raw.mask_lanes.next, raw.blocks, self == PartyIndex::p3);
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
