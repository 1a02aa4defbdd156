// TLS and connections: rows 1 to 7, 9, 10 and 148.

#include <atomic>
#include <latch>
#include <thread>

#include "core/net/descriptor_limit.h"
#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

constexpr const char* kAes13 = "TLS_AES_256_GCM_SHA384";
constexpr const char* kChaCha13 = "TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kRsa12 = "ECDHE-RSA-AES256-GCM-SHA384";
constexpr const char* kEcdsa12 = "ECDHE-ECDSA-AES256-GCM-SHA384";

/// The first proxy has an EC certificate, the second an RSA one under an intermediate authority.
LiveEndpoint rsa_proxy() {
  LiveEndpoint endpoint = live_cluster().proxy(1);
  endpoint.ca_file = live_cluster().file("keys/rsa-root.crt");
  return endpoint;
}

std::string health_request(const LiveEndpoint& endpoint) {
  XksMessage message(endpoint, endpoint.uri_path + "/health", health_body());
  message.sign(endpoint.credential);
  return message.wire();
}

/// A health request that only a proxy in trouble would not answer: 503 shows that it is alive, and
/// these rows are about connections.
unsigned ask_health(TlsClient& connection, const LiveEndpoint& endpoint) {
  EXPECT_TRUE(connection.connected()) << connection.failure();
  unsigned status = 503;
  for (int attempt = 0; status == 503 && attempt < 100; ++attempt) {
    connection.send(health_request(endpoint));
    status = connection.read_response().status;
  }
  return status;
}

void wait_until_serving(std::size_t proxy) {
  TlsClientOptions plain;
  plain.port = live_cluster().proxy(proxy).metrics_port;
  plain.tls = false;
  EXPECT_TRUE(eventually([&] {
    TlsClient connection(plain);
    return connection.send("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") &&
           connection.read_response().status == 200;
  }));
}

TEST(Conformance_Row1, EverySuiteWithBothKindsOfCertificate) {
  wait_until_serving(1);
  const auto works = [](const LiveEndpoint& endpoint, int version, const std::string& suite) {
    SCOPED_TRACE(suite + " to port " + std::to_string(endpoint.port));
    TlsClientOptions options = tls_options(endpoint);
    options.lowest_version = version;
    options.highest_version = version;
    (version == TLS1_3_VERSION ? options.suites13 : options.suites12) = suite;
    TlsClient connection(options);
    EXPECT_EQ(ask_health(connection, endpoint), 200U);
    EXPECT_EQ(connection.suite(), suite);
    EXPECT_EQ(connection.version(), version == TLS1_3_VERSION ? "TLSv1.3" : "TLSv1.2");
  };
  const LiveEndpoint ec = live_cluster().proxy();
  const LiveEndpoint rsa = rsa_proxy();
  for (const LiveEndpoint* endpoint : {&ec, &rsa}) {
    works(*endpoint, TLS1_3_VERSION, kAes13);
    works(*endpoint, TLS1_3_VERSION, kChaCha13);
  }
  works(ec, TLS1_2_VERSION, kEcdsa12);
  works(rsa, TLS1_2_VERSION, kRsa12);
}

TEST(Conformance_Row2, OldVersionsAndWeakSuitesAreRefused) {
  const auto refused = [](const LiveEndpoint& endpoint, int version, const std::string& suites) {
    SCOPED_TRACE(std::to_string(version) + " " + suites);
    TlsClientOptions options = tls_options(endpoint);
    options.lowest_version = version;
    options.highest_version = version;
    (version == TLS1_3_VERSION ? options.suites13 : options.suites12) = suites;
    options.weak = true;
    const TlsClient connection(options);
    EXPECT_FALSE(connection.connected());
    EXPECT_NE(connection.failure().find("alert"), std::string::npos) << connection.failure();
  };
  const LiveEndpoint ec = live_cluster().proxy();
  const LiveEndpoint rsa = rsa_proxy();
  for (const LiveEndpoint* endpoint : {&ec, &rsa}) {
    refused(*endpoint, TLS1_VERSION, "ALL:@SECLEVEL=0");
    refused(*endpoint, TLS1_1_VERSION, "ALL:@SECLEVEL=0");
    refused(*endpoint, TLS1_2_VERSION, "ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA384");
    refused(*endpoint, TLS1_2_VERSION, "ECDHE-RSA-AES256-SHA:ECDHE-ECDSA-AES256-SHA");
    refused(*endpoint, TLS1_2_VERSION, "AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA");
    refused(*endpoint, TLS1_2_VERSION, "DHE-RSA-AES256-GCM-SHA384");
    refused(*endpoint, TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256");
    refused(*endpoint, TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256");
  }
}

TEST(Conformance_Row3, CertificateVerifiesFullyWithTheIntermediateFromTheServer) {
  wait_until_serving(1);
  const LiveEndpoint rsa = rsa_proxy();  // the client knows the root alone
  TlsClient connection(tls_options(rsa));
  EXPECT_EQ(ask_health(connection, rsa), 200U);

  LiveEndpoint other_name = rsa;
  other_name.host_name = "proxy.example.com";
  EXPECT_FALSE(TlsClient(tls_options(other_name)).connected());
  LiveEndpoint other_root = rsa;
  other_root.ca_file = live_cluster().proxy().ca_file;
  EXPECT_FALSE(TlsClient(tls_options(other_root)).connected());
}

TEST(Conformance_Row4, AlpnAbsentHttp11AndH2) {
  const LiveEndpoint endpoint = live_cluster().proxy();
  using Names = std::vector<std::string>;
  for (const Names& offered : {Names{}, Names{"http/1.1"}, Names{"h2", "http/1.1"}, Names{"h2"}}) {
    TlsClientOptions options = tls_options(endpoint);
    options.alpn = offered;
    TlsClient connection(options);
    EXPECT_EQ(ask_health(connection, endpoint), 200U);
    const bool http11 = !offered.empty() && offered.back() == "http/1.1";
    EXPECT_EQ(connection.alpn(), http11 ? "http/1.1" : "");
  }
}

TEST(Conformance_Row5, HundredRequestsOnOneConnection) {
  const LiveEndpoint endpoint = live_cluster().proxy();
  TlsClient connection(tls_options(endpoint));
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(ask_health(connection, endpoint), 200U) << i;
  }
}

TEST(Conformance_Row6, PipelinedRequestsAreAnsweredInOrder) {
  const LiveEndpoint endpoint = live_cluster().proxy();
  TlsClient connection(tls_options(endpoint));
  const auto to = [&](const std::string& rest) {
    XksMessage message(endpoint, endpoint.uri_path + rest, metadata_body());
    message.sign(endpoint.credential);
    return message.wire();
  };
  connection.send(to("/keys/normal/metadata") + to("/keys/missing/metadata") + to("/nothing") +
                  to("/keys/disabled_key/metadata"));
  const auto answer = [&] { return XksReply(connection.read_response()); };
  const auto is_busy = [](const XksReply& reply) { return reply.status == 503; };
  const XksReply first = answer();
  const XksReply second = answer();
  const XksReply third = answer();
  const XksReply fourth = answer();
  EXPECT_TRUE(is_busy(first) || first.json.value("keyStatus", "") == "ENABLED") << first.text();
  EXPECT_TRUE(is_busy(second) || second.error_name() == "KeyNotFoundException") << second.text();
  EXPECT_EQ(third.error_name(), "InvalidUriPathException") << third.text();
  EXPECT_TRUE(is_busy(fourth) || fourth.json.value("keyStatus", "") == "DISABLED") << fourth.text();
}

TEST(Conformance_Row7, SessionsResumeButEarlyDataIsRefused) {
  const LiveEndpoint endpoint = live_cluster().proxy();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClientOptions options = tls_options(endpoint);
    options.lowest_version = version;
    options.highest_version = version;
    {
      TlsClient first(options);
      EXPECT_EQ(ask_health(first, endpoint), 200U);
      EXPECT_FALSE(first.resumed());
      options.session = first.session();
    }
    TlsClient second(options);
    EXPECT_EQ(ask_health(second, endpoint), 200U);
    EXPECT_TRUE(second.resumed());
    EXPECT_EQ(SSL_SESSION_get_max_early_data(options.session.get()), 0U);
  }
  // A client that sends early data all the same, whatever the ticket says.
  TlsClientOptions options = tls_options(endpoint);
  options.lowest_version = TLS1_3_VERSION;
  {
    TlsClient first(options);
    EXPECT_EQ(ask_health(first, endpoint), 200U);
    options.session = first.session();
  }
  SSL_SESSION_set_max_early_data(options.session.get(), 16384);
  options.early_data = health_request(endpoint);
  TlsClient replayer(options);
  EXPECT_FALSE(replayer.early_data_accepted());
  EXPECT_EQ(replayer.read_response().status, 0U);  // and the request in it is never answered
}

TEST(Conformance_Row9, StalledClientsAreClosedAndOthersServed) {
  const LiveEndpoint endpoint = live_cluster().proxy();
  TlsClientOptions no_tls;
  no_tls.port = endpoint.port;
  no_tls.tls = false;
  TlsClient handshake(no_tls);  // connects and says nothing
  TlsClient half_handshake(no_tls);
  half_handshake.send(std::string("\x16\x03\x01\x02\x00", 5));
  TlsClient head(tls_options(endpoint));
  TlsClient body(tls_options(endpoint));
  std::string request = health_request(endpoint);
  const std::size_t head_end = request.find("\r\n\r\n") + 4;
  body.send(request.substr(0, head_end + 10));
  std::thread dripping([&head, &request] {
    for (std::size_t i = 0; i < 60 && head.send(request.substr(i, 1)); ++i) {
      if (head.ends(Milliseconds(500))) {
        return;
      }
    }
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(client().post("/health", health_body()).status, 200U);
  }
  EXPECT_TRUE(handshake.ends(Milliseconds(30'000)));
  EXPECT_TRUE(half_handshake.ends(Milliseconds(30'000)));
  dripping.join();
  body.read_until("\r\n\r\n");  // perhaps a 408
  EXPECT_TRUE(body.ends(Milliseconds(30'000)));
  head.read_until("\r\n\r\n");
  EXPECT_TRUE(head.ends(Milliseconds(30'000)));
}

TEST(Conformance_Row10, AThousandIdleConnectionsDisturbNobody) {
  constexpr std::size_t kIdle = 1000;
  if (raise_descriptor_limit() < kIdle + 100) {
    GTEST_SKIP() << "this process may not have a thousand sockets";
  }
  const LiveEndpoint endpoint = live_cluster().proxy();
  std::vector<std::unique_ptr<TlsClient>> idle;
  for (std::size_t i = 0; i < kIdle; ++i) {
    idle.push_back(std::make_unique<TlsClient>(tls_options(endpoint)));
    ASSERT_TRUE(idle.back()->connected()) << i << ": " << idle.back()->failure();
  }
  XksClient fresh(endpoint);
  const XksReply reply =
      fresh.post("/keys/normal/encrypt", encrypt_json(bytes_of("not disturbed")).dump());
  EXPECT_EQ(reply.status, 200U) << reply.text();
  EXPECT_EQ(ask_health(*idle.front(), endpoint), 200U);
  EXPECT_EQ(ask_health(*idle.back(), endpoint), 200U);
}

TEST(Conformance_Row148, FiveHundredNewConnectionsAtOnceAreAllAnswered) {
  constexpr std::size_t kNew = 500;
  if (raise_descriptor_limit() < kNew + 100) {
    GTEST_SKIP() << "this process may not have five hundred sockets";
  }
  const LiveEndpoint endpoint = live_cluster().proxy();
  std::atomic<std::size_t> answered{0};
  std::latch together(kNew);
  std::vector<std::thread> clients;
  clients.reserve(kNew);
  for (std::size_t i = 0; i < kNew; ++i) {
    clients.emplace_back([&] {
      together.arrive_and_wait();
      TlsClient connection(tls_options(endpoint));
      answered += ask_health(connection, endpoint) == 200U ? 1 : 0;
    });
  }
  for (std::thread& client : clients) {
    client.join();
  }
  EXPECT_EQ(answered, kNew);
}

}  // namespace
}  // namespace tercet::test
