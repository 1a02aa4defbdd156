// Strangers who fill the XKS port: connections without any credential, as many as they like, must
// not keep signed requests out (beyond the XKS reference; threat model: anybody reaches the port).

#include <memory>
#include <vector>

#include "tests/conformance/requests.h"

namespace tercet::test {
namespace {

constexpr const char* kCrowded = "proxy-2";
constexpr int kConnectionsMax = 64;
constexpr int kStrangers = 4 * kConnectionsMax;

std::string metrics(const LiveEndpoint& endpoint) {
  TlsClientOptions plain;
  plain.port = endpoint.metrics_port;
  plain.tls = false;
  TlsClient connection(plain);
  connection.send("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  return connection.read_response().body;
}

std::unique_ptr<TlsClient> stranger(const LiveEndpoint& endpoint, bool shakes_hands) {
  TlsClientOptions options = tls_options(endpoint);
  options.tls = shakes_hands;
  return std::make_unique<TlsClient>(options);
}

TEST(CrowdedPort, SignedRequestsAreServedHoweverManyStrangersConnect) {
  const std::string limit =
      "s/^limits:/limits:\\n  connections_max: " + std::to_string(kConnectionsMax) + "/";
  ASSERT_TRUE(run_command({"/bin/sed", "-i", limit, live_cluster().file("proxy-2.yaml")}).done());
  ASSERT_TRUE(live_cluster().create_key("crowded").done());
  ASSERT_TRUE(live_cluster().start(kCrowded).ok());
  const LiveEndpoint endpoint = live_cluster().proxy(1);
  const std::string body = encrypt_json(bytes_of("x")).dump();
  EXPECT_TRUE(eventually([&] {
    return XksClient(endpoint).post("/keys/crowded/encrypt", body).status == 200;
  })) << live_cluster().log(kCrowded);

  std::vector<std::unique_ptr<TlsClient>> strangers;
  for (int i = 0; i < kStrangers; ++i) {
    strangers.push_back(stranger(endpoint, i % 2 == 0));
    if (i % 16 != 0) {
      continue;
    }
    XksClient newcomer(endpoint);
    EXPECT_EQ(newcomer.post("/keys/crowded/encrypt", body).status, 200U) << i << " strangers";
  }
  const std::string told = metrics(endpoint);
  EXPECT_NE(told.find("\ntercet_proxy_connections_cut_for_room_total "), std::string::npos);
  EXPECT_EQ(told.find("\ntercet_proxy_connections_cut_for_room_total 0\n"), std::string::npos);
  EXPECT_NE(told.find("tercet_proxy_connections_refused_full_total 0"), std::string::npos);
  EXPECT_TRUE(eventually([&] {
    return live_cluster().log(kCrowded).find("connections_crowded") != std::string::npos;
  }));
  live_cluster().kill(kCrowded);
}

}  // namespace
}  // namespace tercet::test
