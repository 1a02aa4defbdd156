#pragma once

#include <bit>

#include "core/base/check.h"
#include "mpc/field/kernels.h"
#include "mpc/onehot/batch.h"
#include "mpc/onehot/produce.h"
#include "mpc/verify/products.inl.h"

namespace tercet::mpc {

namespace detail {

/// The wires of one party as the layers fill them.
class Circuit {
 public:
  Circuit(PartyIndex self, std::size_t block_count, ByteShares masks);
  /// Additive shares of a layer's gates, on top of the zero shares in `z`.
  void first(SecretBytes& z) const;
  void second(SecretBytes& z) const;
  /// Makes the zero shares too, part by part, so that all stays in the cache.
  void outer(const Party::ZeroShare& zeros, SecretBytes& z, bool direct) const;
  RawVectors complete(const ByteShares& outer_wires, bool direct) &&;

  std::size_t blocks = 0;
  std::uint64_t one_own = 0;  ///< the public 1 lies in component 1
  std::uint64_t one_next = 0;
  ByteShares random_bytes;
  ByteShares random;
  ByteShares first_wires;
  ByteShares second_wires;
};

/// What the coin makes of all vectors: factors gamma_k*A_k and B_k, a power of two of each, whose
/// inner product must be the claim, the sum of gamma_k*C_k.
class WeighedVectors {
 public:
  explicit WeighedVectors(std::size_t count) : factors(count), others(count), claim(1) {}

  BlockShares factors;
  BlockShares others;
  BlockShares claim;
};

/// Adds the vectors' copies, and index and parity (which must be zero), to `check`.
WeighedVectors weigh_vectors(PartyIndex self,
                             const RawVectors& raw,
                             const Coin& coin,
                             ZeroCheck& check);
/// Lanes to 32 bytes a vector, in place.
ByteShares transposed(ByteShares lanes, std::size_t blocks);

inline constexpr std::uint64_t kFirstLayer = 1;
inline constexpr std::uint64_t kSecondLayer = 2;
inline constexpr std::uint64_t kOuterLayer = 3;

}  // namespace detail

template <class Defences>
Task<Result<RawVectors>> produce_vectors(Party& party, std::size_t count) {
  const std::size_t blocks = (count + kBlockVectors - 1) / kBlockVectors;
  detail::Circuit circuit(
      party.self(), blocks, party.random_shares(kUseVectorBits, 0, blocks * kBlockVectors));

  // hop 1: four products of two bits
  SecretBytes z(blocks * kFirstGates * kLaneBytes);
  party.add_zero_share(kUseVectorZeros, detail::kFirstLayer, mutable_view_of(z));
  circuit.first(z);
  TERCET_CO_TRY(circuit.first_wires, co_await exchange_products<Defences>(party, std::move(z)));

  // hop 2: nine products for each 4-bit one-hot
  z = SecretBytes(blocks * kSecondGates * kLaneBytes);
  party.add_zero_share(kUseVectorZeros, detail::kSecondLayer, mutable_view_of(z));
  circuit.second(z);
  TERCET_CO_TRY(circuit.second_wires, co_await exchange_products<Defences>(party, std::move(z)));

  // hop 3: u (x) v; what the products leave out follows by linearity
  const bool direct = !Defences::complete_by_linearity;
  z = SecretBytes(blocks * (direct ? kDirectOuterGates : kOuterGates) * kLaneBytes);
  circuit.outer(party.zero_share(kUseVectorZeros, detail::kOuterLayer), z, direct);
  TERCET_CO_TRY(const ByteShares outer, co_await exchange_products<Defences>(party, std::move(z)));
  co_return std::move(circuit).complete(outer, direct);
}

template <class Defences>
Task<Status> verify_vectors(Party& party, const RawVectors& raw) {
  ZeroCheck check(party);
  check.add_copies(raw.masks);

  // hops 1 and 2: alpha, beta, gamma, unknown while the shares were fixed
  TERCET_CO_TRY(Checked<Coin> coin, co_await toss_coin<Defences>(party));
  detail::WeighedVectors weighed = detail::weigh_vectors(party.self(), raw, coin.get(), check);
  TERCET_CO_TRY_STATUS(co_await verify_inner_product<Defences>(party,
                                                               std::move(weighed.factors),
                                                               std::move(weighed.others),
                                                               std::move(weighed.claim),
                                                               check));
  co_return co_await finish_zero_check<Defences>(party, std::move(check), std::move(coin));
}

template <class Defences>
Task<Result<OneHotBatch>> make_batch(Party& party, std::size_t count) {
  TERCET_CHECK(count > 0 && count <= kBatchVectorsMax);
  if (party.set() != ParticipantSet::p123) {
    co_return Error(Errc::unsupported, "make a batch: only three nodes can");
  }
  TERCET_CO_TRY(RawVectors raw, co_await produce_vectors<Defences>(party, count));
  TERCET_CO_TRY_STATUS(co_await verify_vectors<Defences>(party, raw));
  const BatchId id = party.sid();
  co_return OneHotBatch(id,
                        party.set(),
                        count,
                        std::move(raw.masks),
                        detail::transposed(std::move(raw.vector_lanes), raw.blocks));
}

}  // namespace tercet::mpc
