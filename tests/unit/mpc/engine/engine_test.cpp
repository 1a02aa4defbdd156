#include "mpc/engine/engine.h"

#include <type_traits>

#include <gtest/gtest.h>

#include "core/crypto/gcm.h"
#include "core/secret/access.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;

static_assert(!std::is_copy_constructible_v<mpc::Slot> && !std::is_copy_assignable_v<mpc::Slot>);
static_assert(!std::is_copy_constructible_v<mpc::Keystream>);
static_assert(!std::is_copy_constructible_v<mpc::KeyMaterial>);

const Bytes kKey(32, 0x21);

/// A key, an IV and a ciphertext made by OpenSSL.
class Engine : public ::testing::Test {
 protected:
  OfParties<mpc::Keystream> cold(std::size_t blocks) {
    session_ = cluster_.session();
    auto vectors = cluster_.vectors(mpc::vectors_needed(blocks));
    return all_ok(run_keystream(*session_, keys_, {iv_, iv_, iv_}, blocks, vectors));
  }

  mpc::TaggedCiphertext request() const {
    return mpc::TaggedCiphertext(iv_, aad_, sealed_.ciphertext, tag_of(sealed_.tag));
  }

  EngineCluster cluster_{21};
  ThreeKeys keys_ = cluster_.derive_key(kKey);
  std::unique_ptr<JointSession> session_;
  mpc::Iv iv_ = iv_of(Bytes(12, 0x0c));
  Bytes aad_ = to_bytes(as_bytes("associated data"));
  Bytes plaintext_ = Bytes(96, 0x61);
  GcmCiphertext sealed_ = aes256gcm_encrypt(kKey, iv_, aad_, plaintext_).value();
};

TEST_F(Engine, ColdDecryptOf96BytesTakes13HopsBetweenNodes) {
  const auto keystreams = cold(6);
  EXPECT_EQ(session_->network().hops(), 13U);
  const Result<Bytes> decrypted = decrypt_with(cluster_, keystreams, keys_, request());
  ASSERT_TRUE(decrypted.ok());
  EXPECT_EQ(*decrypted, plaintext_);
}

TEST_F(Engine, SlotsTake14HopsAndHaveDifferentIvs) {
  const auto session = cluster_.session();
  const mpc::SlotsPlan plan(2, 6);
  auto vectors = cluster_.vectors(mpc::slot_vectors_needed(plan.count, plan.blocks));
  const auto slots =
      all_ok(run_three<std::vector<mpc::Slot>>(session->network(), [&](PartyIndex i) {
        return mpc::make_slots(
            session->party(i), keys_[place(i)], KeyVersion(3), plan, std::move(vectors[place(i)]));
      }));
  EXPECT_EQ(session->network().hops(), 14U);
  ASSERT_EQ(slots[0].size(), 2U);
  EXPECT_NE(slots[0][0].iv(), slots[0][1].iv());
  EXPECT_EQ(slots[0][1].iv(), slots[1][1].iv());
  EXPECT_EQ(slots[0][1].iv(), slots[2][1].iv());
  EXPECT_EQ(slots[2][0].version(), KeyVersion(3));
}

TEST_F(Engine, RememberedKeystreamOpensAgainUnderANewSession) {
  const auto keystreams = cold(6);
  for (int again = 0; again < 2; ++again) {
    const Result<Bytes> decrypted = decrypt_with(cluster_, keystreams, keys_, request());
    ASSERT_TRUE(decrypted.ok());
    EXPECT_EQ(*decrypted, plaintext_);
  }
}

TEST_F(Engine, AWrongTagCiphertextOrAadReleasesNothing) {
  const auto keystreams = cold(6);
  for (std::size_t i = 0; i < 16; ++i) {
    mpc::Tag tag = tag_of(sealed_.tag);
    tag[i] ^= 0x10;
    const mpc::TaggedCiphertext wrong(iv_, aad_, sealed_.ciphertext, tag);
    EXPECT_EQ(decrypt_with(cluster_, keystreams, keys_, wrong).error().code(),
              Errc::bad_ciphertext);
  }
  for (const std::size_t length : {0U, 1U, 15U, 16U, 95U}) {
    const mpc::TaggedCiphertext cut(
        iv_, aad_, ByteView(sealed_.ciphertext).first(length), tag_of(sealed_.tag));
    EXPECT_EQ(decrypt_with(cluster_, keystreams, keys_, cut).error().code(), Errc::bad_ciphertext);
  }
  const mpc::TaggedCiphertext other_aad(iv_, {}, sealed_.ciphertext, tag_of(sealed_.tag));
  EXPECT_EQ(decrypt_with(cluster_, keystreams, keys_, other_aad).error().code(),
            Errc::bad_ciphertext);
}

TEST_F(Engine, AKeystreamTooShortForTheRequestIsRefused) {
  const auto keystreams = cold(5);
  const auto released = decrypt_with(cluster_, keystreams, keys_, request());
  EXPECT_EQ(released.error().code(), Errc::wrong_state);
}

TEST_F(Engine, ASlotUsedBeforeIsRefused) {
  auto keystreams = cold(6);
  const mpc::Seat seat = cluster_.seat(PartyIndex::p1, cluster_.fresh_sid());
  mpc::Slot slot(KeyVersion(1), std::move(keystreams[0]));
  ASSERT_TRUE(mpc::release_tag(seat, std::move(slot), *keys_[0], aad_, plaintext_).ok());
  // NOLINTNEXTLINE(bugprone-use-after-move): that is the point
  const auto again = mpc::release_tag(seat, std::move(slot), *keys_[0], aad_, plaintext_);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code(), Errc::already_burnt);
}

TEST_F(Engine, MoreThan270BlocksAreUnsupported) {
  const auto keystreams = cold(0);
  const Bytes text(270 * 16 + 1);
  const mpc::TaggedCiphertext longer(iv_, {}, text, mpc::Tag{});
  EXPECT_EQ(decrypt_with(cluster_, keystreams, keys_, longer).error().code(), Errc::unsupported);
  const Bytes aad(1024 * 16);
  const mpc::TaggedCiphertext wide(iv_, aad, {}, mpc::Tag{});
  EXPECT_EQ(decrypt_with(cluster_, keystreams, keys_, wide).error().code(), Errc::unsupported);
}

TEST_F(Engine, TheEmptyTextHasATagOfItsOwn) {
  const auto keystreams = cold(0);
  const GcmCiphertext sealed = aes256gcm_encrypt(kKey, iv_, aad_, {}).value();
  const mpc::TaggedCiphertext empty(iv_, aad_, {}, tag_of(sealed.tag));
  const Result<Bytes> decrypted = decrypt_with(cluster_, keystreams, keys_, empty);
  ASSERT_TRUE(decrypted.ok());
  EXPECT_TRUE(decrypted.value().empty());
}

TEST_F(Engine, KeyMaterialComesBackFromTheStore) {
  ThreeKeys restored;
  for (const PartyIndex i : mpc::kAllParties) {
    restored[place(i)] = mpc::KeyMaterial::restore(keys_[place(i)]->serialize(), i).value();
    EXPECT_EQ(restored[place(i)]->derived(), keys_[place(i)]->derived());
  }
  const auto keystreams = cold(6);
  const Result<Bytes> decrypted = decrypt_with(cluster_, keystreams, restored, request());
  ASSERT_TRUE(decrypted.ok());
  EXPECT_EQ(*decrypted, plaintext_);
}

TEST_F(Engine, KeyMaterialOfAnotherNodeOrFormatIsRefused) {
  const SecretBytes stored = keys_[0]->serialize();
  EXPECT_EQ(mpc::KeyMaterial::restore(stored, PartyIndex::p2).error().code(),
            Errc::storage_corrupt);
  SecretBytes format = stored.clone();
  format.expose_mutable(SecretAccess::grant())[0] = 9;
  EXPECT_EQ(mpc::KeyMaterial::restore(format, PartyIndex::p1).error().code(),
            Errc::storage_corrupt);
  const SecretBytes cut =
      SecretBytes::copy_of(stored.expose(SecretAccess::grant()).first(stored.size() - 1));
  EXPECT_EQ(mpc::KeyMaterial::restore(cut, PartyIndex::p1).error().code(), Errc::storage_corrupt);
}

TEST_F(Engine, ComponentsComeBackFromTheStore) {
  const SecretBytes stored = mpc::serialize_components(keys_[1]->key());
  const mpc::ByteShares back = mpc::restore_components(stored).value();
  EXPECT_EQ(own_of(back), own_of(keys_[1]->key()));
  EXPECT_EQ(next_of(back), next_of(keys_[1]->key()));
  EXPECT_EQ(mpc::restore_components(SecretBytes(63)).error().code(), Errc::storage_corrupt);
}

}  // namespace
}  // namespace tercet::test
