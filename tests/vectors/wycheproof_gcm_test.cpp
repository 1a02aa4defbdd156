// Known answers for AES-256-GCM from Project Wycheproof: all of them by the plain wrapper, and
// every case with a 96-bit IV through three parties, whose keys the test shares out. README.md
// beside this file has the provenance.

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/crypto/gcm.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

constexpr std::size_t kCases = 223;
constexpr std::size_t kValidCases = 88;
constexpr std::size_t kCases96 = 135;
constexpr std::size_t kValidCases96 = 54;

struct Case {
  std::string id;
  Bytes key, iv, aad, plaintext, ciphertext, tag;
  bool valid = false;
};

Bytes hex_field(const nlohmann::json& from, const char* name) {
  return from_hex(from.at(name).get<std::string>()).value();
}

std::vector<Case> load_cases() {
  std::ifstream file(TERCET_VECTORS_DIR "/aes256gcm-wycheproof.json");
  const nlohmann::json document = nlohmann::json::parse(file);
  std::vector<Case> cases;
  for (const nlohmann::json& from : document.at("cases")) {
    Case one;
    one.id = from.at("id").get<std::string>();
    one.key = hex_field(from, "key");
    one.iv = hex_field(from, "iv");
    one.aad = hex_field(from, "aad");
    one.ciphertext = hex_field(from, "ct");
    one.tag = hex_field(from, "tag");
    one.valid = from.at("valid").get<bool>();
    if (one.valid) {
      one.plaintext = hex_field(from, "pt");
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

TEST(WycheproofGcm, PlainWrapperPassesEveryCase) {
  std::size_t ran = 0;
  std::size_t valid = 0;
  for (const Case& one : load_cases()) {
    SCOPED_TRACE(one.id);
    const Result<Bytes> opened =
        aes256gcm_decrypt(one.key, one.iv, one.aad, one.ciphertext, one.tag);
    ++ran;
    if (!one.valid) {
      ASSERT_FALSE(opened.ok());
      EXPECT_EQ(opened.error().code(), Errc::bad_ciphertext);
      continue;
    }
    ++valid;
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(*opened, one.plaintext);
    const auto sealed = aes256gcm_encrypt(one.key, one.iv, one.aad, one.plaintext);
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ((*sealed).ciphertext, one.ciphertext);
    EXPECT_EQ(to_hex((*sealed).tag), to_hex(one.tag));
  }
  EXPECT_EQ(ran, kCases);
  EXPECT_EQ(valid, kValidCases);
}

/// Three parties with the keys of the cases, derived once each.
class SharedGcm {
 public:
  Result<Bytes> decrypt(const Case& one) {
    const ThreeKeys& keys = shared(one.key);
    const std::size_t blocks = mpc::block_count(one.ciphertext.size());
    const mpc::Iv iv = iv_of(one.iv);
    const auto session = cluster_.session();
    auto vectors = cluster_.vectors(mpc::vectors_needed(blocks));
    keystreams_ = all_ok(run_keystream(*session, keys, {iv, iv, iv}, blocks, vectors));
    const mpc::TaggedCiphertext request(iv, one.aad, one.ciphertext, tag_of(one.tag));
    return decrypt_with(cluster_, *keystreams_, keys, request);
  }

  /// Encrypts with the keystream of the last decrypt, as a slot of that IV would be.
  Result<mpc::Tag> tag(const Case& one) {
    const SessionId sid = cluster_.fresh_sid();
    mpc::wire::FromNodes<mpc::wire::TagReleased> released;
    for (const mpc::PartyIndex i : mpc::kAllParties) {
      TERCET_TRY(const mpc::TagRelease part,
                 mpc::release_tag(cluster_.seat(i, sid),
                                  mpc::Slot(KeyVersion(1), std::move((*keystreams_)[place(i)])),
                                  *shared(one.key)[place(i)],
                                  one.aad,
                                  one.ciphertext));
      released[place(i)] = part.message;
    }
    keystreams_.reset();
    return mpc::wire::open_tag(released);
  }

 private:
  const ThreeKeys& shared(const Bytes& key) {
    const std::string name = to_hex(key);
    const auto known = keys_.find(name);
    if (known != keys_.end()) {
      return known->second;
    }
    return keys_.emplace(name, cluster_.derive_key(key)).first->second;
  }

  EngineCluster cluster_{7};
  std::map<std::string, ThreeKeys> keys_;
  std::optional<OfParties<mpc::Keystream>> keystreams_;
};

TEST(WycheproofGcm, ThreePartiesPassEveryCaseWithA96BitIv) {
  SharedGcm gcm;
  std::size_t ran = 0;
  std::size_t valid = 0;
  for (const Case& one : load_cases()) {
    if (one.iv.size() != mpc::kIvBytes) {
      continue;
    }
    SCOPED_TRACE(one.id);
    ++ran;
    const Result<Bytes> opened = gcm.decrypt(one);
    if (!one.valid) {
      ASSERT_FALSE(opened.ok());
      EXPECT_EQ(opened.error().code(), Errc::bad_ciphertext);
      continue;
    }
    ++valid;
    ASSERT_TRUE(opened.ok()) << opened.error().to_string();
    EXPECT_EQ(*opened, one.plaintext);
    const Result<mpc::Tag> tag = gcm.tag(one);
    ASSERT_TRUE(tag.ok());
    EXPECT_EQ(to_hex(*tag), to_hex(one.tag));
  }
  EXPECT_EQ(ran, kCases96);
  EXPECT_EQ(valid, kValidCases96);
}

}  // namespace
}  // namespace tercet::test
