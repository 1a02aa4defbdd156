// Attack 2 of protocol.md 13 at the level of the protocols: a corrupt proxy gives P2 and P3
// different IVs with the same vectors; corrupt P1 receives component 3 of the first masked layer
// from both, under one mask.

#include <algorithm>

#include <gtest/gtest.h>

#include "mpc/aes/ctr_block.inl.h"
#include "mpc/aes/round_layers.h"
#include "mpc/engine/engine.inl.h"
#include "mpc/gcm/counter_blocks.h"
#include "mpc/open/opening.inl.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;

struct WithoutSeals : mpc::FullDefences {
  static constexpr bool consent_seals = false;
};

constexpr std::size_t kBlocks = 1;

/// What P1 hears of the first opening, and how the honest nodes ended.
class SplitRequest {
 public:
  SplitRequest() { keys_ = cluster_.derive_key(Bytes(32, 0x02)); }

  template <class Defences>
  void play() {
    const SessionId sid_2 = cluster_.fresh_sid();
    const SessionId sid_3 = cluster_.fresh_sid();
    JointSession session(cluster_.secrets(), {sid_2, sid_2, sid_3});
    session.network().listen([this](const SentMessage& message) {
      if (message.to == PartyIndex::p1 && heard_[place(message.from)].empty()) {
        heard_[place(message.from)] = message.payload;
      }
    });
    auto vectors = cluster_.vectors(mpc::vectors_needed(kBlocks));
    ends_ =
        run_keystream<Defences>(session, keys_, {iv_of_2_, iv_of_2_, iv_of_3_}, kBlocks, vectors);
  }

  /// Component 3 of what P2 and P3 mask in the first layer, XORed: what no corrupt node may learn.
  Bytes secret_difference() const {
    const auto masked = [this](const mpc::Iv& iv) {
      const mpc::KeyMaterial& key = *keys_[place(PartyIndex::p3)];
      const Bytes blocks = mpc::counter_blocks(iv, kBlocks, 2);
      mpc::ByteShares state = mpc::first_round(*key.aes().first_round, blocks);
      mpc::add_middle_round(state, *key.aes().round_keys, 1);
      return own_of(mpc::SecondRoundBytes(blocks).gather(state));
    };
    return xor_of(masked(iv_of_2_), masked(iv_of_3_));
  }

  /// The XOR of the two messages contains the difference at the place of the masked bytes.
  bool learned() const {
    const Bytes& from_2 = heard_[place(PartyIndex::p2)];
    const Bytes& from_3 = heard_[place(PartyIndex::p3)];
    const std::size_t common = std::min(from_2.size(), from_3.size());
    const Bytes both = xor_of(ByteView(from_2).first(common), ByteView(from_3).first(common));
    const Bytes difference = secret_difference();
    return std::search(both.begin(), both.end(), difference.begin(), difference.end()) !=
           both.end();
  }

  const ThreeResults<mpc::Keystream>& ends() const { return ends_; }

 private:
  const mpc::Iv iv_of_2_ = iv_of(Bytes(12, 0x22));
  const mpc::Iv iv_of_3_ = iv_of(Bytes(12, 0x33));
  EngineCluster cluster_{2};
  ThreeKeys keys_;
  OfParties<Bytes> heard_;
  ThreeResults<mpc::Keystream> ends_;
};

TEST(Attack_2_DifferentIvs, AbortsAndTeachesTheCorruptNodeNothing) {
  SplitRequest attack;
  attack.play<mpc::FullDefences>();
  EXPECT_FALSE(attack.learned());
  for (const PartyIndex honest : {PartyIndex::p2, PartyIndex::p3}) {
    ASSERT_TRUE(attack.ends()[place(honest)].has_value());
    EXPECT_FALSE(attack.ends()[place(honest)]->ok());
  }
}

TEST(Attack_2_DifferentIvs, SucceedsWithoutConsentSeals) {
  SplitRequest attack;
  attack.play<WithoutSeals>();
  EXPECT_TRUE(attack.learned());
}

}  // namespace
}  // namespace tercet::test
