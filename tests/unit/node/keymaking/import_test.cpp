// Splitting a key at the importer and opening the boxes at the nodes (protocol.md 6 "Import").

#include <gtest/gtest.h>

#include "core/secret/access.h"
#include "node/cli/key_split.h"
#include "node/keymaking/import_box.h"
#include "tests/unit/node/command/command_fixture.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using node::ImportBinding;
using node::ImportPayload;

class ImportTest : public ::testing::Test {
 protected:
  Result<SecretBytes> open(const ImportPayload& from, PartyIndex node) {
    return node::open_import(from, binding, node, cluster.import[mpc::number(node) - 1U]);
  }

  TestCluster cluster;
  ImportBinding binding{cluster.config.id, key_id("own"), KeyVersion(1)};
  SecretBytes raw = SecretBytes::random(32, system_random());
  ImportPayload payload = node::split_key(raw, binding, cluster.config, system_random()).value();
};

Bytes xor_of(const Bytes& a, const Bytes& b) {
  Bytes out = a;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(out[i] ^ b[i]);
  }
  return out;
}

TEST_F(ImportTest, GivesEachNodeTwoComponentsThatItsPeersShare) {
  std::vector<Bytes> both;
  for (const PartyIndex node : mpc::kAllParties) {
    both.push_back(bytes_of(open(payload, node).value()));
    ASSERT_EQ(both.back().size(), 64U);
  }
  const auto own = [&](std::size_t i) { return Bytes(both[i].begin(), both[i].begin() + 32); };
  const auto next = [&](std::size_t i) { return Bytes(both[i].begin() + 32, both[i].end()); };
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(next(i), own((i + 1) % 3));
  }
  EXPECT_EQ(xor_of(xor_of(own(0), own(1)), own(2)), bytes_of(raw));
}

TEST_F(ImportTest, DrawsOtherComponentsEachTime) {
  const ImportPayload again =
      node::split_key(raw, binding, cluster.config, system_random()).value();
  for (const PartyIndex node : mpc::kAllParties) {
    const Bytes first = bytes_of(open(payload, node).value());
    const Bytes second = bytes_of(open(again, node).value());
    EXPECT_NE(first, second);
    // Neither component, nor their sum, is the key.
    const Bytes own(first.begin(), first.begin() + 32);
    const Bytes next(first.begin() + 32, first.end());
    EXPECT_NE(own, bytes_of(raw));
    EXPECT_NE(next, bytes_of(raw));
    EXPECT_NE(xor_of(own, next), bytes_of(raw));
  }
}

TEST_F(ImportTest, OpensForItsNodeKeyAndImportOnly) {
  const auto other_node = node::open_import(payload, binding, PartyIndex::p1, cluster.import[1]);
  EXPECT_EQ(other_node.error().code(), Errc::seal_broken);
  const ImportBinding other_key(cluster.config.id, key_id("other"), KeyVersion(1));
  EXPECT_EQ(node::open_import(payload, other_key, PartyIndex::p1, cluster.import[0]).error().code(),
            Errc::seal_broken);
  const ImportBinding other_version(cluster.config.id, key_id("own"), KeyVersion(2));
  EXPECT_EQ(
      node::open_import(payload, other_version, PartyIndex::p1, cluster.import[0]).error().code(),
      Errc::seal_broken);
  ImportPayload other_nonce = payload;
  other_nonce.nonce[0] ^= 1U;
  EXPECT_EQ(open(other_nonce, PartyIndex::p1).error().code(), Errc::seal_broken);
}

TEST_F(ImportTest, DoesNotOpenABoxMovedToAnotherNodesPlace) {
  // Sealed to node 2's key, but made for node 1: the binding inside says so.
  const SecretBytes part = filled(32, 1);
  ImportBinding bound = binding;
  bound.nonce = payload.nonce;
  payload.boxes[1] = cluster.config.nodes[1].import_public_key.seal(
      node::pack_import_box(bound, PartyIndex::p1, part, part, part, part));
  EXPECT_EQ(open(payload, PartyIndex::p2).error().code(), Errc::seal_broken);
}

TEST_F(ImportTest, NoticesSharesThatAreNotTheCommittedOnes) {
  for (std::size_t component = 0; component < 3; ++component) {
    ImportPayload bad = payload;
    bad.commitments[component][5] ^= 1U;
    int refusing = 0;
    for (const PartyIndex node : mpc::kAllParties) {
      const auto opened = open(bad, node);
      refusing += !opened && opened.error().code() == Errc::invalid_argument ? 1 : 0;
    }
    EXPECT_EQ(refusing, 2);  // both holders
  }
}

TEST_F(ImportTest, SplitsNothingButAes256Keys) {
  for (const std::size_t size : {0U, 16U, 31U, 33U}) {
    EXPECT_FALSE(node::split_key(SecretBytes(size), binding, cluster.config, system_random()).ok());
  }
}

}  // namespace
}  // namespace tercet::test
