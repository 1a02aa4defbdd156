// Project Wycheproof's AES-256-GCM cases, each decrypted by three nodes under its key, imported for
// ciphertexts made elsewhere. tests/vectors/README.md has the provenance.

#include <fstream>
#include <map>

#include "tests/conformance/requests.h"

namespace tercet::test {
namespace {

constexpr std::size_t kCases = 223;
constexpr std::size_t kValidCases96 = 54;

const auto* const kCluster =
    ::testing::AddGlobalTestEnvironment(new LiveEnvironment(LiveClusterOptions()));

Json load_cases() {
  std::ifstream file(TERCET_VECTORS_DIR "/aes256gcm-wycheproof.json");
  return Json::parse(file).at("cases");
}

Bytes hex_field(const Json& from, const char* name) {
  return from_hex(from.at(name).get<std::string>()).value();
}

/// Imports each key once; gives their ids.
std::map<std::string, std::string> import_keys(const Json& cases) {
  std::map<std::string, std::string> ids;
  for (const Json& one : cases) {
    const std::string key = one.at("key").get<std::string>();
    if (ids.contains(key)) {
      continue;
    }
    const std::string id = "wycheproof-" + std::to_string(ids.size());
    const CommandResult result = live_cluster().import_key(id, hex_field(one, "key"), true);
    EXPECT_TRUE(result.done()) << result.output;
    ids.emplace(key, id);
  }
  return ids;
}

TEST(Wycheproof, ThreeNodesDecryptEveryCaseAsGiven) {
  const Json cases = load_cases();
  const std::map<std::string, std::string> ids = import_keys(cases);
  XksClient client(live_cluster().proxy());
  std::size_t ran = 0;
  std::size_t valid = 0;
  std::string invalid_body;
  for (const Json& one : cases) {
    SCOPED_TRACE(one.at("id").get<std::string>());
    Sealed sealed;
    sealed.ciphertext = hex_field(one, "ct");
    sealed.iv = hex_field(one, "iv");
    sealed.tag = hex_field(one, "tag");
    sealed.aad = hex_field(one, "aad");
    const std::string& id = ids.at(one.at("key").get<std::string>());
    const XksReply reply = client.post("/keys/" + id + "/decrypt", decrypt_json(sealed).dump());
    ++ran;
    if (sealed.iv.size() == 16) {
      expect_error(reply, 501, "UnsupportedOperationException");
    } else if (!one.at("valid").get<bool>()) {
      expect_error(reply, 400, "InvalidCiphertextException");
      invalid_body = invalid_body.empty() ? reply.raw.body : invalid_body;
      EXPECT_EQ(reply.raw.body, invalid_body);
    } else {
      ++valid;
      ASSERT_EQ(reply.status, 200U) << reply.text();
      EXPECT_EQ(reply.bytes("plaintext"), hex_field(one, "pt"));
    }
  }
  EXPECT_EQ(ran, kCases);
  EXPECT_EQ(valid, kValidCases96);
}

}  // namespace
}  // namespace tercet::test
