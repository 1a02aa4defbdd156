// No secret in anything that the processes write, at the most verbose level (threat model S3):
// logs, audit records, request log, metrics, status, data directories. Last in its binary: it also
// reads what the cases before it have made the processes write.

#include <filesystem>
#include <map>
#include <set>

#include "core/crypto/key_file.h"
#include "core/random/random.h"
#include "core/secret/access.h"
#include "tests/e2e/cluster.h"
#include "tests/e2e/needles.h"
#include "tests/e2e/operations.h"

namespace tercet::test {
namespace {

constexpr const char* kKey = "secrets";
constexpr const char* kRequestId = "request-id-that-is-to-be-found";

std::string marker(const std::string& what) {
  return what + " " + to_hex(system_random().array<16>());
}

std::string http_get(const std::string& url) {
  TlsClientOptions options;
  options.tls = false;
  const std::size_t port = url.rfind(':') + 1;
  const std::size_t path = url.find('/', port);
  options.port = static_cast<std::uint16_t>(std::stoul(url.substr(port, path - port)));
  TlsClient client(options);
  client.send("GET " + url.substr(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  return client.read_response().body;
}

/// Requests of every kind and outcome, with markers where secrets are.
class Secrets : public testing::Test {
 protected:
  void SetUp() override {
    const auto raw_key = system_random().array<32>();
    const CommandResult imported = live_cluster().import_key(kKey, raw_key, false);
    ASSERT_TRUE(imported.done()) << imported.output;
    needles_.emplace_back("the imported key", raw_key);
    needles_.emplace_back("the SigV4 secret", as_bytes(credential_.secret_access_key));
    add_key_files();
    add_marker("plaintext", plaintext_);
    add_marker("AAD", aad_);
  }

  void add_marker(const std::string& what, const std::string& text) {
    needles_.emplace_back(what, as_bytes(text));
  }

  void add_key_files() {
    const std::map<std::string, std::string_view> kinds = {
        {".sealing", kSealingKeyKind}, {".signing", kSigningKeyKind}, {".import", kBoxKeyKind}};
    for (const std::string& node : kNodeNames) {
      for (const auto& [suffix, kind] : kinds) {
        const Result<SecretBytes> key =
            load_key_file(live_cluster().file("keys/" + node + suffix), kind);
        ASSERT_TRUE(key.ok()) << key.error().to_string();
        needles_.emplace_back(node + suffix, key->expose(SecretAccess::grant()));
      }
    }
  }

  /// Signs, notes the signature, and sends.
  XksReply send(const std::string& rest, const std::string& body, LiveCredential credential) {
    XksMessage message = client_.message(rest, body);
    message.sign(credential);
    const std::string authorization = message.value("Authorization");
    add_marker("a signature", authorization.substr(authorization.rfind('=') + 1));
    return client_.once(message);
  }

  XksReply send(const std::string& rest, const std::string& body) {
    return send(rest, body, credential_);
  }

  void drive_requests() {
    const std::string path = std::string("/keys/") + kKey;
    XksReply sealed;
    ASSERT_TRUE(eventually([&] {
      sealed = send(path + "/encrypt", encrypt_body(plaintext_, aad_, kRequestId));
      return sealed.status == 200;
    })) << sealed.text();
    const Sealed good(sealed);
    ASSERT_TRUE(eventually([&] {
      return send(path + "/decrypt", decrypt_body(good, aad_, kRequestId)).status == 200;
    }));
    Sealed wrong = good;
    wrong.tag[0] ^= 1U;
    refused(path + "/decrypt", decrypt_body(wrong, aad_), {400});
    refused(path + "/decrypt", decrypt_body(good, aad_ + "."), {400});
    refused(path + "/encrypt", encrypt_body(plaintext_, aad_) + "}", {400});
    refused("/keys/absent/encrypt", encrypt_body(plaintext_, aad_), {404});
    refused("/nowhere", encrypt_body(plaintext_, aad_), {404});
    LiveCredential forged = credential_;
    forged.secret_access_key.back() = forged.secret_access_key.back() == 'A' ? 'B' : 'A';
    const XksReply stranger = send(path + "/encrypt", encrypt_body(plaintext_, aad_), forged);
    EXPECT_EQ(stranger.status, 401U) << stranger.text();
    ASSERT_TRUE(live_cluster().tercet({"key", "disable", "--id", kKey}).done());
    refused(path + "/decrypt", decrypt_body(good, aad_), {400});
    ASSERT_TRUE(live_cluster().tercet({"key", "enable", "--id", kKey}).done());
  }

  /// A busy machine may answer 503 or 429 first.
  void refused(const std::string& rest, const std::string& body, const std::set<unsigned>& with) {
    XksReply reply;
    EXPECT_TRUE(eventually([&] {
      reply = send(rest, body);
      return reply.status != 429 && reply.status != 503;
    }));
    EXPECT_TRUE(with.contains(reply.status)) << rest << ": " << reply.text();
  }

  /// Everything the cluster has written or tells, by where. Not the folder of its keys, and not
  /// dev.json, which hands the development credential to test programs.
  static std::map<std::string, std::string> everything_written() {
    std::map<std::string, std::string> out;
    const std::filesystem::path folder = live_cluster().folder();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const std::string name = std::filesystem::relative(entry.path(), folder);
      if (entry.is_regular_file() && !name.starts_with("keys/") && name != "dev.json") {
        out[name] = read_whole_file(entry.path());
      }
    }
    for (const char* list : {"nodes", "proxies"}) {
      for (const nlohmann::json& process : live_cluster().dev().at(list)) {
        const std::string url = process.at("metrics");
        out[url] = http_get(url);
      }
    }
    out["tercet status"] = live_cluster().tercet({"status", "--json"}).output;
    out["tercet key show"] = live_cluster().tercet({"key", "show", "--id", kKey}).output;
    return out;
  }

  std::string plaintext_ = marker("plaintext");
  std::string aad_ = marker("aad");
  LiveCredential credential_ = live_cluster().proxy().credential;
  XksClient client_{live_cluster().proxy()};
  std::vector<Needle> needles_;
};

TEST(Needles, AreFoundInEveryForm) {
  const Needle needle("it", as_bytes("a marker text"));
  for (const char* text : {
           "{\"x\":\"a marker text\"}",
           "61206d61726b65722074657874",
           "61206D61726B65722074657874",
           "YSBtYXJrZXIgdGV4dA==",     // alone
           "MWEgbWFya2VyIHRleHQ=",     // after one other byte
           "MTJhIG1hcmtlciB0ZXh0",     // after two
           "MTIzYSBtYXJrZXIgdGV4dC4="  // after three, before one
       }) {
    EXPECT_NE(needle.found_in(text), "") << text;
  }
  EXPECT_EQ(needle.found_in("a marker tex"), "");
}

TEST_F(Secrets, AreNowhereInWhatIsWritten) {
  drive_requests();
  const std::map<std::string, std::string> written = everything_written();
  for (const auto& [where, content] : written) {
    EXPECT_FALSE(content.empty() && where.find("log/node") == 0) << where;
    for (const Needle& needle : needles_) {
      EXPECT_EQ(needle.found_in(content), "") << needle.what() << " stands in " << where;
    }
  }
  // That the search can fail: what is to be there is found in the same places by the same means.
  const Needle request_id("the request id", as_bytes(kRequestId));
  for (const std::string& node : kNodeNames) {
    EXPECT_NE(request_id.found_in(written.at(node + "/audit.jsonl")), "") << node;
    EXPECT_NE(written.at("log/" + node + ".log").find("\"level\":\"debug\""), std::string::npos);
  }
  EXPECT_NE(request_id.found_in(written.at("log/proxy-1.requests.jsonl")), "");
  EXPECT_NE(Needle("id", as_bytes(credential_.access_key_id)).found_in(written.at("cluster.yaml")),
            "");
  EXPECT_NE(written.at(live_cluster().dev().at("nodes")[0].at("metrics")).find("tercet_node_"),
            std::string::npos);
  std::printf("%zu needles in %zu places\n", needles_.size(), written.size());
}

}  // namespace
}  // namespace tercet::test
