#include "tests/support/engine_cluster.h"

#include <algorithm>

#include "core/crypto/hash.h"
#include "core/secret/access.h"

namespace tercet::test {

using mpc::PartyIndex;

JointSession::JointSession(const OfParties<mpc::PairSecrets>& secrets,
                           const OfParties<SessionId>& sids) {
  parties_.reserve(mpc::kAllParties.size());
  for (const PartyIndex i : mpc::kAllParties) {
    randoms_[place(i)] = std::make_unique<DeterministicRandom>(std::uint64_t{mpc::number(i)});
    parties_.emplace_back(i,
                          mpc::ParticipantSet::p123,
                          sids[place(i)],
                          secrets[place(i)],
                          network_.channel(i),
                          *randoms_[place(i)]);
  }
}

EngineCluster::EngineCluster(std::uint8_t seed)
    : secrets_(test_pair_secrets(seed)), random_(std::uint64_t{seed}) {}

SessionId EngineCluster::fresh_sid() {
  const Bytes name = ByteWriter().text("test session").u64(next_sid_++).take();
  return SessionId(sha256(name));
}

std::unique_ptr<JointSession> EngineCluster::session(const SessionId& sid) {
  return std::make_unique<JointSession>(secrets_, OfParties<SessionId>{sid, sid, sid});
}

OfParties<mpc::OneHotBatch> EngineCluster::batches(std::size_t count) {
  Bytes indices(count);
  random_.fill(indices);
  Bytes bits(count * mpc::kVectorBytes);
  for (std::size_t v = 0; v < count; ++v) {
    const std::size_t bit = indices[v];
    bits[v * mpc::kVectorBytes + bit / 8] = static_cast<std::uint8_t>(1U << (bit % 8));
  }
  OfParties<mpc::ByteShares> masks = split(indices, random_);
  OfParties<mpc::ByteShares> vectors = split(bits, random_);
  const BatchId id = fresh_sid();
  OfParties<mpc::OneHotBatch> out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = mpc::OneHotBatch(
        id, mpc::ParticipantSet::p123, count, std::move(masks[i]), std::move(vectors[i]));
  }
  return out;
}

OfParties<mpc::VectorRange> EngineCluster::vectors(std::size_t count) {
  OfParties<mpc::OneHotBatch> made = batches(count);
  OfParties<mpc::VectorRange> out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = made[i].take(0, static_cast<std::uint32_t>(count)).value();
  }
  return out;
}

mpc::KeyName EngineCluster::key_name() const {
  return mpc::KeyName(ClusterId(), KeyId::parse("test-key").value(), KeyVersion(1), EpochId({1}));
}

ThreeKeys EngineCluster::derive_key(ByteView key) {
  const std::unique_ptr<JointSession> joint = session();
  OfParties<mpc::ByteShares> shares = split(key, random_);
  OfParties<mpc::VectorRange> material = vectors(mpc::kDeriveVectors);
  return all_ok(
      run_three<std::shared_ptr<const mpc::KeyMaterial>>(joint->network(), [&](PartyIndex i) {
        return mpc::derive(joint->party(i),
                           key_name(),
                           std::move(shares[place(i)]),
                           std::move(material[place(i)]));
      }));
}

mpc::Seat EngineCluster::seat(PartyIndex party, const SessionId& sid) const {
  return mpc::Seat(party, sid, secrets_[place(party)]);
}

Bytes opened(const OfParties<mpc::ByteShares>& shares) {
  std::optional<Bytes> value = reconstruct(shares[0], shares[1], shares[2]);
  TERCET_CHECK(value.has_value());
  return *std::move(value);
}

Bytes own_of(const mpc::ByteShares& shares) {
  return to_bytes(shares.own.expose(SecretAccess::grant()));
}

Bytes next_of(const mpc::ByteShares& shares) {
  return to_bytes(shares.next.expose(SecretAccess::grant()));
}

Bytes xor_of(ByteView a, ByteView b) {
  TERCET_CHECK(a.size() == b.size());
  Bytes out = to_bytes(a);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(out[i] ^ b[i]);
  }
  return out;
}

mpc::Iv iv_of(ByteView bytes) {
  TERCET_CHECK(bytes.size() == mpc::kIvBytes);
  mpc::Iv out{};
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

mpc::Tag tag_of(ByteView bytes) {
  TERCET_CHECK(bytes.size() == mpc::kTagBytes);
  mpc::Tag out{};
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

}  // namespace tercet::test
