// Mutual TLS: rows 130 to 134, and 144. The third proxy demands certificates of a private authority
// with the name that KMS has in us-east-1 (fixture.cpp makes them).

#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

LiveEndpoint proxy() {
  return live_cluster().proxy(2);
}

TlsClientOptions with_certificate(const std::string& name, int version) {
  TlsClientOptions options = tls_options(proxy());
  options.lowest_version = version;
  options.highest_version = version;
  if (!name.empty()) {
    options.certificate = live_cluster().file("keys/client-" + name + ".crt");
    options.private_key = live_cluster().file("keys/client-" + name + ".key");
  }
  return options;
}

RawResponse plain_get(const std::string& target) {
  TlsClientOptions options;
  options.port = proxy().metrics_port;
  options.tls = false;
  TlsClient connection(options);
  connection.send("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  return connection.read_response();
}

class Conformance_MutualTls : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(eventually([] { return plain_get("/ping").status == 200; }));
  }

  /// The answer to a health request, or what TLS said.
  std::string outcome(const std::string& certificate, const LiveCredential& credential) {
    for (int attempt = 0; attempt < 100; ++attempt) {
      TlsClient connection(with_certificate(certificate, GetParam()));
      XksMessage message(proxy(), proxy().uri_path + "/health", health_body());
      message.sign(credential);
      connection.send(message.wire());
      const RawResponse response = connection.read_response();
      if (response.status == 0) {
        return connection.failure();
      }
      if (response.status != 503) {
        return std::to_string(response.status);
      }
    }
    return "503";
  }

  std::string outcome(const std::string& certificate) {
    return outcome(certificate, proxy().credential);
  }
};

INSTANTIATE_TEST_SUITE_P(Versions,
                         Conformance_MutualTls,
                         ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_P(Conformance_MutualTls, Row130_RightCertificates) {
  EXPECT_EQ(outcome("san"), "200");
  EXPECT_EQ(outcome("cn"), "200");
  EXPECT_EQ(outcome("between"), "200");
}

TEST_P(Conformance_MutualTls, Row131_132_WrongCertificatesEndTheHandshakeWithAlert40) {
  for (const char* certificate : {"expired",
                                  "future",
                                  "self-signed",
                                  "foreign",
                                  "other-region",
                                  "wildcard",
                                  "longer",
                                  "below",
                                  "other-cn"}) {
    SCOPED_TRACE(certificate);
    const std::string said = outcome(certificate);
    EXPECT_NE(said.find("alert handshake failure"), std::string::npos) << said;
  }
  const std::string said = outcome("");
  EXPECT_NE(said.find(GetParam() == TLS1_2_VERSION ? "alert handshake failure"
                                                   : "alert certificate required"),
            std::string::npos)
      << said;
}

TEST_P(Conformance_MutualTls, Row133_SignatureIsCheckedAllTheSame) {
  LiveCredential wrong = proxy().credential;
  wrong.secret_access_key = "Invalid" + wrong.secret_access_key;
  EXPECT_EQ(outcome("san", wrong), "401");
}

/// With a body on its way, as AWS's client sends it: the alert must not be lost to a reset.
TEST_P(Conformance_MutualTls, Row134_CurlSeesTheAlert) {
  const std::string url =
      "https://localhost:" + std::to_string(proxy().port) + proxy().uri_path + "/health";
  const bool old = GetParam() == TLS1_2_VERSION;
  for (const char* name : {"expired", "other-cn", "self-signed"}) {
    const std::string base = live_cluster().file("keys/client-" + std::string(name));
    const CommandResult curl = run_command({"/usr/bin/curl",
                                            "--verbose",
                                            "--noproxy",
                                            "*",
                                            "--tlsv1.2",
                                            "--tls-max",
                                            old ? "1.2" : "1.3",
                                            "--cacert",
                                            proxy().ca_file,
                                            "--cert",
                                            base + ".crt",
                                            "--key",
                                            base + ".key",
                                            "--max-time",
                                            "30",
                                            "--data",
                                            std::string(5000, 'x'),
                                            url});
    EXPECT_NE(curl.exit_code, 0);
    EXPECT_NE(curl.output.find("TLS alert, handshake failure"), std::string::npos) << curl.output;
  }
}

TEST_P(Conformance_MutualTls, Row144_PingOnThePlainPort) {
  EXPECT_EQ(plain_get("/ping").status, 200U);
  EXPECT_EQ(plain_get("/metrics").status, 200U);
  EXPECT_EQ(plain_get("/dev/kms/xks/v1/health").status, 404U);
  TlsClient main_port(tls_options(live_cluster().proxy()));
  main_port.send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(main_port.read_response().status, 200U);
}

}  // namespace
}  // namespace tercet::test
