// One node holds nothing of a key: no piece of what its store keeps sealed, and its RAM in the
// clear, is a piece of the key, its round keys or H, and no two pieces combine to one. The files
// and processes themselves are searched in tests/e2e.

#include <algorithm>
#include <unordered_set>

#include <gtest/gtest.h>

#include "core/crypto/gcm.h"
#include "mpc/field/gf2_128.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

constexpr std::size_t kPieceBytes = 16;

using Piece = mpc::Block128;

struct PieceHash {
  std::size_t operator()(const Piece& piece) const { return piece.high ^ piece.low; }
};

using Pieces = std::unordered_set<Piece, PieceHash>;

void add_pieces(ByteView bytes, std::vector<Piece>& into) {
  for (std::size_t at = 0; at + kPieceBytes <= bytes.size(); at += kPieceBytes) {
    into.push_back(mpc::load_block(bytes.subspan(at, kPieceBytes)));
  }
}

/// Everything secret that follows from the key: its halves, the round keys, H and its low powers,
/// the one-hot vectors of round key 0.
Pieces secrets_of(const Bytes& key, const ThreeKeys& keys) {
  std::vector<Piece> pieces;
  add_pieces(key, pieces);
  OfParties<mpc::ByteShares> round_keys;
  OfParties<mpc::ByteShares> bits;
  OfParties<mpc::ByteShares> powers;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const mpc::AesShares aes = keys[i]->aes();
    round_keys[i] = aes.round_keys->clone();
    bits[i] = aes.first_round->bits.clone();
    powers[i] = keys[i]->h_powers().bytes.clone();
  }
  const Bytes opened_round_keys = opened(round_keys);
  EXPECT_TRUE(std::equal(key.begin(), key.end(), opened_round_keys.begin()));
  const auto h = aes256_block(key, Bytes(16));
  const Bytes opened_powers = opened(powers);
  EXPECT_TRUE(std::equal(h.begin(), h.end(), opened_powers.begin()));
  add_pieces(opened_round_keys, pieces);
  add_pieces(opened_powers, pieces);
  add_pieces(opened(bits), pieces);
  Pieces secrets(pieces.begin(), pieces.end());
  secrets.erase(mpc::kBlockZero);  // half of any one-hot vector; nobody's secret
  return secrets;
}

/// All that a node keeps of the key, cut up: components, then the record of derived values.
std::vector<Piece> pieces_of(const mpc::KeyMaterial& key) {
  std::vector<Piece> pieces;
  const mpc::AesShares aes = key.aes();
  for (const mpc::ByteShares* part :
       {&key.key(), aes.round_keys, &aes.first_round->bits, &key.h_powers().bytes}) {
    add_pieces(own_of(*part), pieces);
    add_pieces(next_of(*part), pieces);
  }
  return pieces;
}

/// Single pieces and XORs of two that are secrets.
std::size_t found_in(const std::vector<Piece>& pieces, const Pieces& secrets) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    found += secrets.count(pieces[i]);
    for (std::size_t j = 0; j < i; ++j) {
      found += secrets.count(pieces[i] ^ pieces[j]);
    }
  }
  return found;
}

class OneNode : public ::testing::Test {
 protected:
  EngineCluster cluster_{23};
  const Bytes key_ = [this] {
    Bytes bytes(32);
    cluster_.random().fill(bytes);
    return bytes;
  }();
  const ThreeKeys keys_ = cluster_.derive_key(key_);
};

TEST_F(OneNode, HoldsNoPieceOfAKeyNorTwoThatCombineToOne) {
  const Pieces secrets = secrets_of(key_, keys_);
  for (const auto& key : keys_) {
    EXPECT_EQ(found_in(pieces_of(*key), secrets), 0U);
  }
}

/// The search finds what there is to find: with the third component of the key alone it combines.
TEST_F(OneNode, NeedsThePieceThatOnlyItsPeersHold) {
  const Pieces secrets = secrets_of(key_, keys_);
  const mpc::ByteShares& at_p1 = keys_[0]->key();
  const Bytes own_and_next = xor_of(own_of(at_p1), next_of(at_p1));
  std::vector<Piece> pieces;
  add_pieces(own_and_next, pieces);
  add_pieces(next_of(keys_[1]->key()), pieces);
  EXPECT_GE(found_in(pieces, secrets), 2U);
}

/// For the components that a node holds, every key is as likely: the third one makes it.
TEST_F(OneNode, CouldHoldTheSameOfAnyOtherKey) {
  const mpc::ByteShares& at_p1 = keys_[0]->key();
  const Bytes other_key(32, 0x99);
  const Bytes third = xor_of(other_key, xor_of(own_of(at_p1), next_of(at_p1)));
  const OfParties<mpc::ByteShares> sharing = {
      at_p1.clone(),
      mpc::ByteShares(at_p1.next.clone(), SecretBytes::copy_of(third)),
      mpc::ByteShares(SecretBytes::copy_of(third), at_p1.own.clone())};
  EXPECT_EQ(opened(sharing), other_key);
}

}  // namespace
}  // namespace tercet::test
