// AES-256-GCM over shares equals OpenSSL for random keys, lengths and associated data, both ways.

#include <optional>

#include <gtest/gtest.h>

#include "core/crypto/gcm.h"
#include "tests/support/cpu_paths.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

namespace wire = mpc::wire;
using mpc::PartyIndex;

Bytes random_bytes(EngineCluster& cluster, std::size_t size) {
  Bytes out(size);
  cluster.random().fill(out);
  return out;
}

/// Encrypts through a slot, then decrypts cold and from the remembered keystream.
void round_trip(EngineCluster& cluster, std::size_t text_bytes, std::size_t aad_bytes) {
  SCOPED_TRACE(text_bytes);
  const Bytes key = random_bytes(cluster, 32);
  const ThreeKeys keys = cluster.derive_key(key);
  const Bytes plaintext = random_bytes(cluster, text_bytes);
  const Bytes aad = random_bytes(cluster, aad_bytes);
  const std::size_t blocks = mpc::block_count(text_bytes);

  const SessionId slot_sid = cluster.fresh_sid();
  const auto slot_session = cluster.session(slot_sid);
  auto vectors = cluster.vectors(mpc::slot_vectors_needed(1, blocks));
  auto slots = all_ok(run_three<std::vector<mpc::Slot>>(slot_session->network(), [&](PartyIndex i) {
    return mpc::make_slots(slot_session->party(i),
                           keys[place(i)],
                           KeyVersion(1),
                           mpc::SlotsPlan(1, blocks),
                           std::move(vectors[place(i)]));
  }));
  wire::FromNodes<wire::SlotsMade> made;
  for (std::size_t i = 0; i < 3; ++i) {
    made[i] = mpc::offer_slots(slot_sid, slots[i]);
  }
  const wire::CombinedSlots combined = wire::combine_slots(made, 1, blocks).value();
  const mpc::Iv iv = combined.ivs[0];
  const Bytes ciphertext = xor_of(plaintext, ByteView(combined.keystream).first(text_bytes));

  const SessionId encrypt_sid = cluster.fresh_sid();
  wire::FromNodes<wire::TagReleased> released;
  std::vector<mpc::Keystream> remembered;
  for (const PartyIndex i : mpc::kAllParties) {
    mpc::Slot slot = std::move(slots[place(i)].front());
    auto part = mpc::release_tag(
        cluster.seat(i, encrypt_sid), std::move(slot), *keys[place(i)], aad, ciphertext);
    released[place(i)] = part.value().message;
    remembered.push_back(std::move(part.value().remembered));
  }
  const mpc::Tag tag = wire::open_tag(released).value();
  const GcmCiphertext expected = aes256gcm_encrypt(key, iv, aad, plaintext).value();
  ASSERT_EQ(ciphertext, expected.ciphertext);
  ASSERT_EQ(to_hex(tag), to_hex(expected.tag));

  const mpc::TaggedCiphertext request(iv, aad, ciphertext, tag);
  const OfParties<mpc::Keystream> warm = {
      std::move(remembered[0]), std::move(remembered[1]), std::move(remembered[2])};
  EXPECT_EQ(decrypt_with(cluster, warm, keys, request).value(), plaintext);

  const auto cold_session = cluster.session();
  auto cold_vectors = cluster.vectors(mpc::vectors_needed(blocks));
  const auto cold = all_ok(run_keystream(*cold_session, keys, {iv, iv, iv}, blocks, cold_vectors));
  EXPECT_EQ(decrypt_with(cluster, cold, keys, request).value(), plaintext);

  mpc::Tag wrong = tag;
  wrong[text_bytes % wrong.size()] ^= 1;
  const mpc::TaggedCiphertext forged(iv, aad, ciphertext, wrong);
  EXPECT_EQ(decrypt_with(cluster, cold, keys, forged).error().code(), Errc::bad_ciphertext);
}

class GcmOverShares : public ::testing::TestWithParam<mpc::CpuPath> {
 protected:
  void SetUp() override {
    TERCET_SKIP_WITHOUT(GetParam());
    path_.emplace(GetParam());
  }

 private:
  std::optional<UseCpuPath> path_;
};

TEST_P(GcmOverShares, EqualsOpenSslAtLengthsAroundBlockBorders) {
  EngineCluster cluster(41);
  for (const std::size_t length : {0U, 1U, 15U, 16U, 17U, 31U, 32U, 33U, 96U}) {
    round_trip(cluster, length, (7 * length) % 40);
  }
}

TEST_P(GcmOverShares, EqualsOpenSslAtRandomLengths) {
  EngineCluster cluster(42);
  for (int run = 0; run < 8; ++run) {
    const auto draw = cluster.random().array<4>();
    round_trip(
        cluster, load_u16(ByteView(draw).first(2)) % 300, load_u16(ByteView(draw).last(2)) % 600);
  }
}

TEST_P(GcmOverShares, EqualsOpenSslAtTheLargestText) {
  EngineCluster cluster(43);
  round_trip(cluster, wire::kBlocksMax * 16, 753 * 16);
}

TEST_P(GcmOverShares, ComponentsOfKeystreamLookUniform) {
  EngineCluster cluster(44);
  const ThreeKeys keys = cluster.derive_key(Bytes(32));
  const auto session = cluster.session();
  auto vectors = cluster.vectors(mpc::vectors_needed(wire::kBlocksMax));
  const mpc::Iv iv{};
  const auto keystreams =
      all_ok(run_keystream(*session, keys, {iv, iv, iv}, wire::kBlocksMax, vectors));
  const Bytes component = own_of(keystreams[0].blocks());
  std::array<std::size_t, 256> counts{};
  for (const std::uint8_t byte : component) {
    ++counts[byte];
  }
  double chi_squared = 0;
  const double expected = static_cast<double>(component.size()) / 256;
  for (const std::size_t count : counts) {
    const double off = static_cast<double>(count) - expected;
    chi_squared += off * off / expected;
  }
  EXPECT_LT(chi_squared, 400.0);  // 255 degrees of freedom: chance under 1e-7
}

INSTANTIATE_TEST_SUITE_P(EveryPath,
                         GcmOverShares,
                         ::testing::ValuesIn(mpc::kAllCpuPaths),
                         cpu_path_test_name);

}  // namespace
}  // namespace tercet::test
