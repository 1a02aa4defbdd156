// One node is below the threshold (protocol.md 1; threat model G1, S1): not its files, opened with
// its sealing key, nor all its memory while the key is in use, give the key.

#include <algorithm>
#include <filesystem>

#include "core/crypto/gcm.h"
#include "core/random/random.h"
#include "tests/e2e/cluster.h"
#include "tests/e2e/needles.h"
#include "tests/e2e/node_shares.h"
#include "tests/e2e/operations.h"
#include "tests/e2e/process_memory.h"

namespace tercet::test {
namespace {

constexpr const char* kKey = "shares";
constexpr std::string_view kPlaintext = "what the key is used for";

MemoryBlock block_of(const KeyComponent& component, std::size_t half) {
  MemoryBlock out{};
  std::copy_n(
      component.begin() + static_cast<std::ptrdiff_t>(half * out.size()), out.size(), out.begin());
  return out;
}

/// An imported key, in use: encrypted with, decrypted cold and remembered.
class OneNodeAlone : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    key() = system_random().array<kKeyBytes>();
    const CommandResult imported = live_cluster().import_key(kKey, key(), false);
    ASSERT_TRUE(imported.done()) << imported.output;
  }

  static KeyComponent& key() {
    static KeyComponent raw;
    return raw;
  }

  static void use_the_key() {
    XksClient client(live_cluster().proxy());
    const XksReply sealed =
        client.post(std::string("/keys/") + kKey + "/encrypt", encrypt_body(kPlaintext, "aad"));
    ASSERT_EQ(sealed.status, 200U) << sealed.text();
    for (int i = 0; i < 2; ++i) {
      const XksReply opened = client.post(std::string("/keys/") + kKey + "/decrypt",
                                          decrypt_body(Sealed(sealed), "aad"));
      ASSERT_EQ(opened.status, 200U) << opened.text();
      ASSERT_EQ(as_text(opened.bytes("plaintext")), kPlaintext);
    }
  }

  /// Everything that gives the key away: round keys (the key's halves first), and H.
  static std::vector<MemoryBlock> secrets() {
    std::vector<MemoryBlock> out = aes256_round_keys(key());
    out.push_back(aes256_block(key(), MemoryBlock{}));
    return out;
  }

  static NodeShares shares_of(const std::string& node) {
    Result<NodeShares> shares =
        read_node_shares(live_cluster().folder(), node, KeyId::parse(kKey).value());
    EXPECT_TRUE(shares.ok()) << shares.error().to_string();
    return shares ? *shares : NodeShares();
  }
};

TEST(RoundKeys, AreThoseOfFips197) {
  Bytes key;
  for (std::uint8_t i = 0; i < kKeyBytes; ++i) {
    key.push_back(i);
  }
  const std::vector<MemoryBlock> keys = aes256_round_keys(key);  // appendix C.3
  EXPECT_EQ(to_hex(keys[1]), "101112131415161718191a1b1c1d1e1f");
  EXPECT_EQ(to_hex(keys[2]), "a573c29fa176c498a97fce93a572c09c");
  EXPECT_EQ(to_hex(keys[14]), "24fc79ccbf0979e9371ac23c6d68de36");
}

TEST_F(OneNodeAlone, DoesNotHaveTheKeyOnItsDisk) {
  use_the_key();
  std::vector<NodeShares> nodes;
  for (const std::string& name : kNodeNames) {
    const NodeShares shares = shares_of(name);
    EXPECT_NE(shares.own, key()) << name;
    EXPECT_NE(shares.next, key()) << name;
    EXPECT_NE(shares.own ^ shares.next, key()) << name;
    nodes.push_back(shares);
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    EXPECT_EQ(nodes[i].own ^ nodes[i].next ^ nodes[(i + 1) % 3].next, key())
        << "two nodes have it: that is the threshold";
  }
}

TEST_F(OneNodeAlone, HasNeitherKeyNorSharesReadableOnItsDisk) {
  use_the_key();
  std::vector<Needle> needles;
  for (const MemoryBlock& secret : secrets()) {
    needles.emplace_back("a round key or H", secret);
  }
  for (const std::string& name : kNodeNames) {
    const NodeShares shares = shares_of(name);
    needles.emplace_back("a share of " + name, shares.own);
  }
  const Needle known("the key's id", as_bytes("\"key\":\"shares\""));
  bool known_found = false;
  for (const std::string& name : kNodeNames) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(live_cluster().file(name))) {
      const std::string content = read_whole_file(entry.path());
      known_found = known_found || !known.found_in(content).empty();
      for (const Needle& needle : needles) {
        EXPECT_EQ(needle.found_in(content), "") << needle.what() << " in " << entry.path();
      }
    }
  }
  EXPECT_TRUE(known_found) << "the scan does not find what is there";
}

TEST_F(OneNodeAlone, DoesNotHaveTheKeyInItsMemory) {
  const std::vector<MemoryBlock> targets = secrets();
  for (const std::string& name : kNodeNames) {
    use_the_key();
    const Result<ProcessMemory> memory = ProcessMemory::read(live_cluster().pid(name));
    if (!memory && memory.error().code() == Errc::denied) {
      GTEST_SKIP() << "only root may read the memory of a daemon";
    }
    if (!memory && memory.error().code() == Errc::unsupported) {
      GTEST_SKIP() << "a sanitizer's own memory is terabytes: the other builds search";
    }
    ASSERT_TRUE(memory.ok()) << memory.error().to_string();
    for (const MemoryBlock& target : targets) {
      EXPECT_FALSE(memory->contains(target)) << name << " has a round key or H";
    }
    EXPECT_EQ(memory->xor_of_two(targets), std::vector<std::size_t>())
        << name << " has two blocks that give a round key (0 to 14) or H (15)";
    // That the scan can fail: it sees the shares, and what two of them give.
    const NodeShares shares = shares_of(name);
    EXPECT_TRUE(memory->contains(shares.own)) << name;
    EXPECT_TRUE(memory->contains(shares.next)) << name;
    EXPECT_TRUE(memory->contains(as_bytes(name)));
    const KeyComponent both = shares.own ^ shares.next;
    EXPECT_EQ(memory->xor_of_two({block_of(both, 0), block_of(both, 1)}).size(), 2U) << name;
    std::printf("%s: %zu MB searched\n", name.c_str(), memory->size() >> 20U);
  }
}

}  // namespace
}  // namespace tercet::test
