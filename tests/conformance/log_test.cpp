// Errors' texts, logs, configuration of credentials: rows 118, 124, 128, 140 to 142.

#include <filesystem>
#include <fstream>

#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// The lines of the first proxy's request log that carry this kmsRequestId.
std::vector<Json> logged(const std::string& request_id) {
  std::vector<Json> found;
  std::ifstream log(live_cluster().file("requests.jsonl"));
  for (std::string line; std::getline(log, line);) {
    const Json entry = Json::parse(line, nullptr, false);
    EXPECT_TRUE(entry.is_object()) << line;
    if (entry.is_object() && entry.value("kms_request_id", "") == request_id) {
      found.push_back(entry);
    }
  }
  return found;
}

TEST(Conformance_Row118, ErrorTextsHoldNothingHostile) {
  // expect_error looks at length and characters of every message.
  for (const std::string& hostile : {std::string("\u00fc\u2028\U0001f511"),
                                     std::string("a\r\nSet-Cookie: b\r\n\r\n{}"),
                                     std::string("\"},{\"errorName\":\"x\""),
                                     std::string(4096, 'A')}) {
    Json body = encrypt_json(bytes_of("x"));
    body["encryptionAlgorithm"] = hostile;
    body["requestMetadata"]["kmsRequestId"] = hostile;
    body["requestMetadata"]["awsPrincipalArn"] = hostile;
    expect_validation(encrypt("normal", body));
    body["encryptionAlgorithm"] = "AES_GCM";
    expect_error(encrypt("non_existing_key", body), 404, "KeyNotFoundException");
    expect_error(encrypt("disabled_key", body), 400, "InvalidStateException");
    expect_error(encrypt("impotent_key", body), 400, "InvalidKeyUsageException");
  }
}

TEST(Conformance_Row124, ClientGoesAwayWhileTheNodesWork) {
  const LiveEndpoint& endpoint = client().endpoint();
  for (int i = 0; i < 30; ++i) {
    TlsClient connection(tls_options(endpoint));
    XksMessage message =
        client().message("/keys/normal/encrypt", encrypt_json(bytes_of("left alone")).dump());
    message.sign(endpoint.credential);
    connection.send(message.wire());
    connection.drop();
  }
  seal("normal", bytes_of("still there"));
  // Nothing stays behind: no connections but ours and the cluster's own.
  const auto descriptors = [] {
    const std::string folder = "/proc/" + std::to_string(live_cluster().pid("proxy-1")) + "/fd";
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) {
      ++count;
    }
    return count;
  };
  EXPECT_TRUE(eventually([&] { return descriptors() < 25; })) << descriptors();
}

TEST(Conformance_Row128, ConfigurationRefusesIllFormedCredentials) {
  const LiveCluster& cluster = live_cluster();
  const std::string program =
      std::filesystem::read_symlink("/proc/self/exe").parent_path().string() + "/tercet-";
  const std::string good = read_file(cluster.file("cluster.yaml"));
  const auto write = [](const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  };
  const auto replaced = [](std::string text, const std::string& old, const std::string& fresh) {
    for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += fresh.size()) {
      text.replace(at, old.size(), fresh);
    }
    return text;
  };
  const std::string id = plain_store().credentials[0].access_key_id;
  write(cluster.file("bad-proxy.yaml"),
        replaced(read_file(cluster.file("proxy-1.yaml")), "cluster.yaml", "bad-cluster.yaml"));
  const auto check = [&] {
    return run_command({program + "proxy", "--check", "--config", cluster.file("bad-proxy.yaml")});
  };
  write(cluster.file("bad-cluster.yaml"), good);
  EXPECT_TRUE(check().done());
  for (const std::string& bad : {std::string("ABCDEFGHIJKLMNOPQ23"),
                                 std::string(31, 'A'),
                                 std::string("abcdefghijklmnopqrst"),
                                 std::string("ABCDEFGHIJKLMNOPQR01")}) {
    write(cluster.file("bad-cluster.yaml"), replaced(good, id, bad));
    const CommandResult result = check();
    EXPECT_EQ(result.exit_code, 1) << bad;
    EXPECT_NE(result.output.find("access_key_ids"), std::string::npos) << result.output;
  }
  const std::string node = read_file(cluster.file("node-1.yaml"));
  write(cluster.file("bad-node.yaml"), replaced(node, "keys/" + id + ".secret", "keys/bad.secret"));
  for (const std::string& bad :
       {std::string(42, 'x'), std::string(65, 'x'), std::string(43, 'x') + "#"}) {
    write(cluster.file("keys/bad.secret"), bad);
    const CommandResult result =
        run_command({program + "node", "--check", "--config", cluster.file("bad-node.yaml")});
    EXPECT_EQ(result.exit_code, 1) << bad;
    EXPECT_NE(result.output.find("secret"), std::string::npos) << result.output;
    EXPECT_EQ(result.output.find(bad), std::string::npos);
  }
}

TEST(Conformance_Row140, EveryRequestIsInTheLog) {
  const auto send = [](const std::string& key, const std::string& id) {
    Json body = encrypt_json(bytes_of("x"));
    body["requestMetadata"]["kmsRequestId"] = id;
    encrypt(key, body);
    return logged(id);
  };
  const std::vector<Json> good = send("normal", "row-140-good");
  ASSERT_GE(good.size(), 1U);
  EXPECT_EQ(good.back().value("status", 0), 200);
  EXPECT_EQ(good.back().value("principal", ""), "arn:aws:iam::123456789012:user/Alice");
  EXPECT_EQ(good.back().value("key", ""), "normal");
  EXPECT_EQ(good.back().value("kms_operation", ""), "Encrypt");
  EXPECT_EQ(good.back().value("via_service", ""), "ebs");
  EXPECT_TRUE(good.back().contains("total_ms"));
  EXPECT_FALSE(good.back().contains("error"));
  const std::vector<Json> bad = send("impotent_key", "row-140-bad");
  ASSERT_GE(bad.size(), 1U);
  EXPECT_EQ(bad.back().value("status", 0), 400);
  EXPECT_EQ(bad.back().value("error", ""), "InvalidKeyUsageException");
}

TEST(Conformance_Row141, SecretsAreInNoFile) {
  const Bytes text = bytes_of("MARKER-PLAINTEXT-7f3a9c");
  const Bytes aad = bytes_of("MARKER-AAD-51d0e2");
  const Sealed sealed = seal("normal", text, aad);
  EXPECT_EQ(open("normal", sealed), text);
  Sealed bent = sealed;
  bent.tag[0] ^= 1U;
  expect_error(decrypt("normal", decrypt_json(bent)), 400, "InvalidCiphertextException");
  Json malformed = encrypt_json(text, aad);
  malformed["encryptionAlgorithm"] = 1;
  expect_validation(encrypt("normal", malformed));
  XksMessage message = client().message("/keys/normal/encrypt", encrypt_json(text, aad).dump());
  message.sign(client().endpoint().credential);
  const std::string authorization = message.value("Authorization");
  client().once(message);

  const std::vector<std::string> markers = {std::string(as_text(text)),
                                            std::string(as_text(aad)),
                                            base64(text),
                                            base64(aad),
                                            to_hex(text),
                                            to_hex(aad),
                                            base64(sealed.ciphertext),
                                            base64(sealed.tag),
                                            to_hex(sealed.tag),
                                            authorization.substr(authorization.size() - 64),
                                            client().endpoint().credential.secret_access_key,
                                            plain_store().credentials[0].secret_access_key};
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(live_cluster().folder())) {
    const std::string path = entry.path().string();
    const bool is_told = path.find("/keys/") != std::string::npos || path.ends_with("/dev.json");
    if (!entry.is_regular_file() || is_told) {
      continue;  // where the credentials are meant to be
    }
    ++files;
    const std::string content = read_file(path);
    for (const std::string& marker : markers) {
      EXPECT_EQ(content.find(marker), std::string::npos) << path << " holds " << marker;
    }
  }
  EXPECT_GT(files, 10U);
  TlsClientOptions plain;
  plain.port = client().endpoint().metrics_port;
  plain.tls = false;
  TlsClient metrics(plain);
  metrics.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string shown = metrics.read_response().body;
  EXPECT_NE(shown.find("tercet_proxy_requests_total"), std::string::npos);
  for (const std::string& marker : markers) {
    EXPECT_EQ(shown.find(marker), std::string::npos) << marker;
  }
}

TEST(Conformance_Row142, HostileMetadataStaysOnOneLine) {
  const std::string hostile = "row-142\r\n{\"event\":\"forged\"}\n\"\\\x01\u2028";
  Json body = encrypt_json(bytes_of("x"));
  for (const char* member : {"kmsRequestId", "awsPrincipalArn", "kmsKeyArn", "kmsViaService"}) {
    body["requestMetadata"][member] = hostile;
  }
  EXPECT_EQ(encrypt("normal", body).status, 200U);
  const std::vector<Json> lines = logged(hostile);  // each line is one JSON object
  ASSERT_GE(lines.size(), 1U);
  EXPECT_EQ(lines.back().value("principal", ""), hostile);
  for (const char* node : {"node-1", "node-2", "node-3"}) {
    std::ifstream audit(live_cluster().file(std::string(node) + "/audit.jsonl"));
    for (std::string line; std::getline(audit, line);) {
      const Json entry = Json::parse(line, nullptr, false);
      ASSERT_TRUE(entry.is_object()) << line;
      EXPECT_NE(entry.value("event", ""), "forged");
    }
  }
}

}  // namespace
}  // namespace tercet::test
