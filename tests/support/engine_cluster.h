#pragma once

#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "core/random/deterministic.h"
#include "mpc/engine/engine.h"
#include "mpc/engine/key_material.h"
#include "mpc/keygen/derive.h"
#include "mpc/keygen/key_name.h"
#include "mpc/onehot/stock.h"
#include "mpc/session/party_context.h"
#include "mpc/wire/release.h"
#include "tests/support/memory_network.h"

namespace tercet::test {

template <class T>
using OfParties = std::array<T, 3>;

/// P1 is element 0.
constexpr std::size_t place(mpc::PartyIndex party) {
  return mpc::number(party) - 1U;
}

using ThreeKeys = OfParties<std::shared_ptr<const mpc::KeyMaterial>>;

/// One joint session on a network of its own: three parties that know the same sid, unless the test
/// gives one of them another.
class JointSession {
 public:
  JointSession(const OfParties<mpc::PairSecrets>& secrets, const OfParties<SessionId>& sids);

  MemoryNetwork& network() { return network_; }

  mpc::Party& party(mpc::PartyIndex index) { return parties_[place(index)]; }

 private:
  MemoryNetwork network_;
  OfParties<std::unique_ptr<DeterministicRandom>> randoms_;
  std::vector<mpc::Party> parties_;
};

/// Three nodes' pair secrets, and a dealer that splits values which the test knows.
class EngineCluster {
 public:
  explicit EngineCluster(std::uint8_t seed);

  const OfParties<mpc::PairSecrets>& secrets() const { return secrets_; }

  RandomSource& random() { return random_; }

  /// A sid that nobody used yet.
  SessionId fresh_sid();
  std::unique_ptr<JointSession> session(const SessionId& sid);

  std::unique_ptr<JointSession> session() { return session(fresh_sid()); }

  /// Dealt vectors: random indices and their one-hot vectors, split. Right by construction; making
  /// and verifying them is tested elsewhere.
  OfParties<mpc::OneHotBatch> batches(std::size_t count);
  OfParties<mpc::VectorRange> vectors(std::size_t count);

  mpc::KeyName key_name() const;
  /// Splits a key and derives everything by the protocol.
  ThreeKeys derive_key(ByteView key);

  mpc::Seat seat(mpc::PartyIndex party, const SessionId& sid) const;

 private:
  OfParties<mpc::PairSecrets> secrets_;
  DeterministicRandom random_;
  std::uint64_t next_sid_ = 0;
};

/// The same result at all three, moved out; each must be there and ok.
template <class T>
OfParties<T> all_ok(ThreeResults<T> results) {
  for (const std::optional<Result<T>>& result : results) {
    TERCET_CHECK(result.has_value());
    if (!result->ok()) {
      throw std::runtime_error(result->error().to_string());
    }
  }
  return {std::move(*results[0]).value(),
          std::move(*results[1]).value(),
          std::move(*results[2]).value()};
}

/// Cold keystream of one IV at all parties.
template <class Defences = mpc::FullDefences>
ThreeResults<mpc::Keystream> run_keystream(JointSession& session,
                                           const ThreeKeys& keys,
                                           const OfParties<mpc::Iv>& ivs,
                                           std::size_t blocks,
                                           OfParties<mpc::VectorRange>& vectors) {
  return run_three<mpc::Keystream>(session.network(), [&](mpc::PartyIndex i) {
    return mpc::compute_keystream<Defences>(
        session.party(i), keys[place(i)], ivs[place(i)], blocks, std::move(vectors[place(i)]));
  });
}

/// All three nodes' releases of one request from their keystreams, in one session.
template <class Defences = mpc::FullDefences>
Status release_all(const EngineCluster& cluster,
                   const SessionId& sid,
                   const OfParties<mpc::Keystream>& keystreams,
                   const ThreeKeys& keys,
                   const mpc::TaggedCiphertext& request,
                   mpc::wire::FromNodes<mpc::wire::KeystreamReleased>& out) {
  for (const mpc::PartyIndex i : mpc::kAllParties) {
    TERCET_TRY(out[place(i)],
               mpc::release_keystream<Defences>(
                   cluster.seat(i, sid), keystreams[place(i)], *keys[place(i)], request));
  }
  return ok_status();
}

/// The same, opened by an honest proxy.
template <class Defences = mpc::FullDefences>
Result<Bytes> decrypt_with(EngineCluster& cluster,
                           const OfParties<mpc::Keystream>& keystreams,
                           const ThreeKeys& keys,
                           const mpc::TaggedCiphertext& request) {
  mpc::wire::FromNodes<mpc::wire::KeystreamReleased> released;
  TERCET_TRY_STATUS(
      release_all<Defences>(cluster, cluster.fresh_sid(), keystreams, keys, request, released));
  return mpc::wire::open_keystream<Defences>(released, request.ciphertext);
}

/// x of three shares whose copies agree.
Bytes opened(const OfParties<mpc::ByteShares>& shares);
/// The components a test looks at.
Bytes own_of(const mpc::ByteShares& shares);
Bytes next_of(const mpc::ByteShares& shares);
Bytes xor_of(ByteView a, ByteView b);

mpc::Iv iv_of(ByteView bytes);
mpc::Tag tag_of(ByteView bytes);

}  // namespace tercet::test
