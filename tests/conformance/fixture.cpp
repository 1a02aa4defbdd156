#include "tests/conformance/fixture.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>

#include "tests/support/test_certificates.h"

namespace tercet::test {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void append(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

void replace(const std::string& path, const std::string& old, const std::string& fresh) {
  std::string text = read_file(path);
  const std::size_t at = text.find(old);
  ASSERT_NE(at, std::string::npos) << path << " lacks " << old;
  text.replace(at, old.size(), fresh);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

TestCertificateSpec authority(const std::string& name) {
  TestCertificateSpec spec(name);
  spec.authority = true;
  return spec;
}

/// Second proxy: an RSA certificate whose issuer is an intermediate authority.
void use_rsa_certificate(const std::string& folder) {
  const auto root = TestCertificate::self_signed(authority("Conformance root"));
  const auto between = root.issue(authority("Conformance intermediate"));
  TestCertificateSpec spec("localhost");
  spec.dns_names = {"localhost"};
  spec.rsa = true;
  between.issue(spec).write(folder + "/keys/proxy-2-xks");
  root.write(folder + "/keys/rsa-root");
}

/// Third proxy: mutual TLS. The client certificates are the test's (mutual_tls_test.cpp).
void demand_client_certificates(const std::string& folder) {
  replace(folder + "/proxy-3.yaml",
          "xks_access: private_network\n",
          "xks_access: mutual_tls\nclient_ca: keys/client-ca.crt\nclient_names: [" +
              std::string(kClientName) + "]\n");
  const auto root = TestCertificate::self_signed(authority("Conformance client root"));
  root.write(folder + "/keys/client-ca");
  const auto between = root.issue(authority("Conformance client intermediate"));
  const auto write =
      [&](const TestCertificate& issuer, const std::string& file, TestCertificateSpec spec) {
        issuer.issue(spec).write(folder + "/keys/" + file);
      };
  TestCertificateSpec spec(kClientName);
  write(root, "client-cn", spec);
  spec.dns_names = {kClientName};
  write(root, "client-san", spec);
  write(between, "client-between", spec);
  TestCertificate::self_signed(spec).write(folder + "/keys/client-self-signed");
  write(TestCertificate::self_signed(authority("Conformance client root")), "client-foreign", spec);
  TestCertificateSpec expired = spec;
  expired.begins_in_days = -10;
  expired.ends_in_days = -1;
  write(root, "client-expired", expired);
  TestCertificateSpec future = spec;
  future.begins_in_days = 1;
  write(root, "client-future", future);
  const auto write_named = [&](const std::string& file, const std::string& dns_name) {
    TestCertificateSpec named(kClientName);  // the CN must not count where there is a SAN
    named.dns_names = {dns_name};
    write(root, file, named);
  };
  write_named("client-other-region", kOtherClientName);
  write_named("client-wildcard", "*.kms.us-east-1.amazonaws.com");
  write_named("client-longer", std::string(kClientName) + ".example.com");
  write_named("client-below", "a." + std::string(kClientName));
  write(root, "client-other-cn", TestCertificateSpec("beta.cks.kms.us-east-1.amazonaws.com"));
}

/// The limit of open files that programs have in most shells and units, which is too low for row 10
/// unless they raise it.
void start_programs_with_few_descriptors() {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = std::min<rlim_t>(1024, limit.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

LiveClusterOptions options() {
  LiveClusterOptions out;
  out.proxies = 3;
  out.more_stores = {plain_store(), long_store()};
  out.edit = [](const std::string& folder) {
    append(folder + "/proxy-1.yaml", "audit_file: requests.jsonl\n");
    use_rsa_certificate(folder);
    demand_client_certificates(folder);
    start_programs_with_few_descriptors();
  };
  return out;
}

/// Makes the keys, and starts the proxies that `tercet dev up` does not.
class Keys final : public ::testing::Environment {
 public:
  void SetUp() override {
    LiveCluster& cluster = live_cluster();
    ASSERT_TRUE(cluster.start("proxy-2").ok());
    ASSERT_TRUE(cluster.start("proxy-3").ok());
    made(cluster.create_key("normal"));
    made(cluster.create_key("other"));
    made(cluster.create_key("encrypt_only_key", "encrypt"));
    made(cluster.create_key("decrypt_only_key", "decrypt"));
    made(cluster.create_key("impotent_key", "none"));
    made(cluster.tercet({"key", "create", "--id", "disabled_key", "--store", "dev", "--disabled"}));
    made(cluster.create_key("a"));
    made(cluster.create_key(longest_key_id()));
    made(cluster.create_key("plain_key", "encrypt,decrypt", "plain"));
    made(cluster.create_key(long_store_key(), "encrypt,decrypt", "long"));
    made(cluster.import_key("imported", imported_key(), false));
    made(cluster.import_key("imported_raw", imported_key(), true));
  }

 private:
  static void made(const CommandResult& result) { ASSERT_TRUE(result.done()) << result.output; }
};

const auto* const kCluster = ::testing::AddGlobalTestEnvironment(new LiveEnvironment(options()));
const auto* const kKeys = ::testing::AddGlobalTestEnvironment(new Keys);

}  // namespace

XksClient& client() {
  static XksClient client(live_cluster().proxy());
  return client;
}

LiveStore plain_store() {
  LiveStore store;
  store.name = "plain";
  store.uri_path = "/kms/xks/v1";
  store.credentials = {
      LiveCredential("ABCDEFGHIJKLMNOPQ234",  // 20 and 30, 43 and 64: the ends of what is allowed
                     "Ab0+/=Ab0+/=Ab0+/=Ab0+/=Ab0+/=Ab0+/=Ab0+/=A"),
      LiveCredential("RSTUVWXYZ234567ABCDEFGHIJKLMNO",
                     "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/")};
  return store;
}

LiveStore long_store() {
  LiveStore store;
  store.name = "long";
  store.uri_path = "/" + std::string(50, 'a') + "/B-_" + std::string(62, '9') + "/kms/xks/v1";
  store.credentials = {
      LiveCredential("LONGPREFIX2STORE3KEY4", "a8XtHkBLPq7NaUVxjvf3kT0q3Jy9zZ4bJwQxT1uLsO8=")};
  return store;
}

std::string longest_key_id() {
  return "a.B-3_" + std::string(122, 'x');
}

std::string long_store_key() {
  return "b" + longest_key_id().substr(1);
}

Bytes imported_key() {
  Bytes key(32);
  for (std::size_t i = 0; i < key.size(); ++i) {
    key[i] = static_cast<std::uint8_t>(i);
  }
  return key;
}

LiveEndpoint endpoint_of(const LiveStore& store, std::size_t credential) {
  LiveEndpoint endpoint = live_cluster().proxy();
  endpoint.uri_path = store.uri_path;
  endpoint.credential = store.credentials.at(credential);
  return endpoint;
}

XksReply encrypt(const std::string& key, const Json& body) {
  return client().post("/keys/" + key + "/encrypt", body.dump());
}

XksReply decrypt(const std::string& key, const Json& body) {
  return client().post("/keys/" + key + "/decrypt", body.dump());
}

Sealed seal(const std::string& key, ByteView plaintext, ByteView aad) {
  const XksReply reply = encrypt(key, encrypt_json(plaintext, aad));
  EXPECT_EQ(reply.status, 200U) << reply.text();
  Sealed out = sealed_in(reply, aad);
  EXPECT_EQ(out.ciphertext.size(), plaintext.size());
  EXPECT_EQ(out.iv.size(), 12U);
  EXPECT_EQ(out.tag.size(), 16U);
  EXPECT_LE(out.metadata.size(), 20U);
  EXPECT_FALSE(reply.json.contains("ciphertextDataIntegrityValue"));
  return out;
}

std::optional<Bytes> open(const std::string& key, const Sealed& sealed) {
  const XksReply reply = decrypt(key, decrypt_json(sealed));
  EXPECT_EQ(reply.status, 200U) << reply.text();
  if (reply.status != 200 || reply.json.size() != 1 || !reply.json.contains("plaintext")) {
    ADD_FAILURE() << reply.text();
    return std::nullopt;
  }
  return reply.bytes("plaintext");
}

}  // namespace tercet::test
