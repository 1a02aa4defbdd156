#include "node/admin/key_registry.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "mpc/engine/key_material.h"
#include "mpc/keygen/components.h"
#include "node/model/version_name.h"
#include "node/store/node_store.h"
#include "node/store/share_store.h"
#include "tests/unit/node/store/store_fixture.h"

namespace tercet::test {
namespace {

constexpr mpc::PartyIndex kRegistryParty = mpc::PartyIndex::p2;

mpc::ByteShares two_components(std::uint8_t value, std::size_t size) {
  return mpc::ByteShares(filled(size, value), filled(size, static_cast<std::uint8_t>(value + 1)));
}

/// A store with whole sets in it, and what a node makes of them.
class Registry : public ::testing::Test {
 protected:
  void SetUp() override { store_ = open_store(dir_.path()).value(); }

  static node::EpochShares set_of(const node::KeyEpoch& name, std::uint8_t value) {
    mpc::KeyMaterial::Parts parts;
    parts.key = two_components(value, 32);
    parts.round_keys = mpc::ByteShares(240);
    parts.first_round = mpc::OneHotVectors(mpc::ByteShares(16 * 32));
    parts.h_powers = mpc::BlockShares(mpc::kHPowers);
    node::EpochShares shares;
    shares.components = mpc::serialize_components(parts.key);
    shares.salts = SecretBytes(64);
    shares.derived =
        mpc::KeyMaterial(kRegistryParty, SessionId(name.epoch), std::move(parts)).serialize();
    return shares;
  }

  static node::EpochRecord row_of(const node::KeyEpoch& name, std::uint8_t value) {
    node::EpochRecord row = record_of(name);
    const mpc::ByteShares key = two_components(value, 32);
    row.own_fingerprint = mpc::component_fingerprint(name.epoch, kRegistryParty, key.own);
    row.next_fingerprint =
        mpc::component_fingerprint(name.epoch, mpc::next(kRegistryParty), key.next);
    return row;
  }

  void have(const std::string& key, std::uint8_t value) {
    const node::KeyEpoch name = epoch_of(key);
    const Status kept = store_->atomically([&]() -> Status {
      TERCET_TRY_STATUS(store_->shares().put(row_of(name, value), set_of(name, value)));
      return store_->shares().make_current(name);
    });
    ASSERT_TRUE(kept.ok()) << kept.error().to_string();
  }

  /// The node starts with what is stored.
  void start(std::size_t derived_sets) {
    registry_.emplace(*store_, kRegistryParty, derived_sets);
    registry_->load();
    registry_->on_damage([this](const KeyId& key) { damaged_.push_back(key.text()); });
    registry_->on_change([this](const KeyId& key) { changed_.push_back(key.text()); });
  }

  Result<node::KeyEntry> open(const std::string& key) {
    std::optional<node::KeyEntry> entry = registry_->find(key_id(key));
    TERCET_CHECK(entry.has_value());
    TERCET_TRY_STATUS(registry_->open(*entry));
    return std::move(*entry);
  }

  static std::uint8_t value_of(const node::KeyEntry& entry) {
    return bytes_of(entry.material->key().own).front();
  }

  const TemporaryDirectory dir_;
  std::unique_ptr<node::NodeStore> store_;
  std::optional<node::KeyRegistry> registry_;
  std::vector<std::string> damaged_;
  std::vector<std::string> changed_;
};

TEST_F(Registry, StartsFromPublicRowsAndOpensAtFirstUse) {
  have("a", 10);
  have("b", 20);
  start(16);
  EXPECT_EQ(registry_->derived_sets().opened(), 0U);
  EXPECT_EQ(registry_->settled().size(), 2U);
  for (const mpc::Side side : {mpc::Side::next, mpc::Side::previous}) {
    EXPECT_TRUE(
        registry_->components(side).contains(node::version_name(key_id("a"), KeyVersion(1))));
  }
  EXPECT_EQ(registry_->find(key_id("a"))->material, nullptr);
  const auto a = open("a");
  ASSERT_TRUE(a.ok()) << a.error().to_string();
  EXPECT_EQ(value_of(*a), 10);
  EXPECT_EQ(a->derived, SessionId(epoch_of("a").epoch));
  ASSERT_TRUE(open("a").ok());
  EXPECT_EQ(registry_->derived_sets().opened(), 1U) << "the second time from memory";
}

TEST_F(Registry, KeepsABoundedNumberOpenAndGivesTheSameAgain) {
  for (std::uint8_t i = 0; i < 10; ++i) {
    have("k" + std::to_string(i), static_cast<std::uint8_t>(10 * i));
  }
  start(3);
  const auto in_use = open("k0");
  ASSERT_TRUE(in_use.ok());
  const std::weak_ptr<const mpc::KeyMaterial> passing = open("k1")->material;
  for (int round = 0; round < 2; ++round) {
    for (std::uint8_t i = 0; i < 10; ++i) {
      const auto entry = open("k" + std::to_string(i));
      ASSERT_TRUE(entry.ok());
      EXPECT_EQ(value_of(*entry), 10 * i);
      EXPECT_LE(registry_->derived_sets().size(), 3U);
    }
  }
  EXPECT_GT(registry_->derived_sets().opened(), 10U);
  EXPECT_TRUE(passing.expired()) << "pushed out, and nobody used it";
  EXPECT_EQ(value_of(*in_use), 0) << "pushed out under a request that uses it";
}

TEST_F(Registry, FindsDamageAtFirstUseAndServesTheOthers) {
  have("bad", 10);
  have("good", 20);
  ASSERT_TRUE(store_->shares().put_derived(epoch_of("bad"), SecretBytes(7)).ok());
  start(16);
  EXPECT_FALSE(open("bad").ok());
  EXPECT_FALSE(open("bad").ok());
  EXPECT_EQ(damaged_, std::vector<std::string>{"bad"}) << "one alarm";
  EXPECT_EQ(changed_, std::vector<std::string>{"bad"}) << "what was prepared for it must go";
  EXPECT_TRUE(store_->keys().find(key_id("bad"))->newest().damaged);
  EXPECT_TRUE(open("good").ok());
  EXPECT_FALSE(store_->keys().find(key_id("good"))->newest().damaged);
}

TEST_F(Registry, RefusesSharesThatAreNotThoseOfTheirRow) {
  // What peers compare is the fingerprints in the row: the shares behind must be the same.
  const node::KeyEpoch name = epoch_of("k");
  for (const bool whole : {true, false}) {
    store_ = open_store(dir_.path() + (whole ? "/a" : "/b")).value();
    node::EpochShares shares = set_of(name, 10);
    shares.components = whole ? set_of(name, 30).components : std::move(shares.components);
    const node::EpochRecord row = row_of(name, whole ? 10 : 30);
    ASSERT_TRUE(store_->shares().put(row, shares).ok());
    ASSERT_TRUE(store_->shares().make_current(name).ok());
    start(16);
    const Result<node::KeyEntry> opened = open("k");
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code(), Errc::storage_corrupt);
    registry_.reset();
  }
  EXPECT_EQ(damaged_.size(), 2U);
}

TEST_F(Registry, TakesANewEpochOfTheVersionInsteadOfTheOldOne) {
  have("k", 10);
  start(16);
  std::optional<node::KeyEntry> old = registry_->find(key_id("k"));
  ASSERT_TRUE(registry_->open(*old).ok());
  old->epoch = epoch_of("k", 2).epoch;
  const Status opened = registry_->open(*old);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), Errc::not_found);
  EXPECT_EQ(old->material, nullptr);
  EXPECT_TRUE(damaged_.empty());
}

}  // namespace
}  // namespace tercet::test
