#pragma once

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "mpc/onehot/apply.h"
#include "mpc/open/opening.inl.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {

/// Two S-box layers on one byte, as AES has them: open, apply, open again. By now `vectors` holds
/// two.
template <class Defences>
Task<Result<Bytes>> two_layers(mpc::Party& party, mpc::ByteShares x, mpc::VectorRange vectors) {
  mpc::VectorRange first = vectors.take_front(1);
  mpc::xor_into(x, first.masks());
  Task<Result<mpc::Checked<mpc::PublicBytes>>> opening =
      mpc::open_bytes<Defences>(party, std::move(x), mpc::Sealing::plain);
  TERCET_CO_TRY(const mpc::Checked<mpc::PublicBytes> masked_x, co_await std::move(opening));

  mpc::ByteShares y = mpc::apply_tables(std::move(first), masked_x, mpc::aes_sbox_table());
  mpc::xor_into(y, vectors.masks());
  Task<Result<mpc::Checked<mpc::PublicBytes>>> next_opening =
      mpc::open_bytes<Defences>(party, std::move(y), mpc::Sealing::plain);
  TERCET_CO_TRY(const mpc::Checked<mpc::PublicBytes> masked_y, co_await std::move(next_opening));
  co_return masked_y.get().bytes;
}

/// A run of two layers on a secret byte, seen with the eyes of corrupt P1, who lacks component 3.
/// P1 hopes that P2 and P3 go on from opened values that differ by kDelta: both then send it
/// component 3 of the next layer under one mask.
class TwoLayersRun {
 public:
  static constexpr std::uint8_t kDelta = 0x21;
  static constexpr std::uint8_t kSecret = 0xc5;

  explicit TwoLayersRun(EngineCluster& cluster)
      : cluster_(cluster), x_(split(Bytes{kSecret}, cluster.random())) {}

  /// `vectors` holds two; `bits_of_p1` are P1's shares of the first.
  template <class Defences>
  void play(OfParties<mpc::VectorRange> vectors,
            mpc::ByteShares bits_of_p1,
            MemoryNetwork::Tamper tamper) {
    const auto session = cluster_.session();
    if (tamper) {
      session->network().corrupt(mpc::PartyIndex::p1, std::move(tamper));
    }
    session->network().listen([this](const SentMessage& message) {
      if (message.to == mpc::PartyIndex::p1) {
        heard_[place(message.from)].push_back(message.payload.back());
      }
    });
    mpc::ByteShares masked = x_[0].clone();
    mpc::xor_into(masked, vectors[0].masks().slice(0, 1));
    ends_ = run_three<Bytes>(session->network(), [&](mpc::PartyIndex i) {
      return two_layers<Defences>(
          session->party(i), x_[place(i)].clone(), std::move(vectors[place(i)]));
    });
    if (heard(mpc::PartyIndex::p2).size() == 2 && heard(mpc::PartyIndex::p3).size() == 2) {
      learned_ = difference(masked, mpc::OneHotVectors(std::move(bits_of_p1)));
    }
  }

  const ThreeResults<Bytes>& ends() const { return ends_; }

  /// The last byte of each message that `from` sent to P1.
  const Bytes& heard(mpc::PartyIndex from) const { return heard_[place(from)]; }

  /// S(x) ^ S(x ^ kDelta) as P1 computes it, if both sent it enough.
  const std::optional<std::uint8_t>& learned() const { return learned_; }

  static std::uint8_t truth() {
    const auto& sbox = mpc::aes_sbox();
    return static_cast<std::uint8_t>(sbox[kSecret] ^ sbox[kSecret ^ kDelta]);
  }

 private:
  std::uint8_t difference(const mpc::ByteShares& masked, const mpc::OneHotVectors& bits) const {
    const Bytes& from_2 = heard(mpc::PartyIndex::p2);
    const Bytes& from_3 = heard(mpc::PartyIndex::p3);
    const auto c = static_cast<std::uint8_t>(own_of(masked)[0] ^ next_of(masked)[0] ^ from_2[0]);
    const Bytes offsets = {c, static_cast<std::uint8_t>(c ^ kDelta)};
    const std::array<std::uint32_t, 2> same_vector = {0, 0};
    const mpc::ByteShares mine =
        mpc::apply_tables_at(bits, same_vector, offsets, mpc::aes_sbox_table());
    const Bytes sum = xor_of(own_of(mine), next_of(mine));
    return static_cast<std::uint8_t>(sum[0] ^ sum[1] ^ from_2[1] ^ from_3[1]);
  }

  EngineCluster& cluster_;
  OfParties<mpc::ByteShares> x_;
  OfParties<Bytes> heard_;
  ThreeResults<Bytes> ends_;
  std::optional<std::uint8_t> learned_;
};

}  // namespace tercet::test
