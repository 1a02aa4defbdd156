// Certificates are replaced while requests run (threat model 13, F49, F51).

#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/crypto/x509.h"
#include "tests/e2e/cluster.h"
#include "tests/e2e/needles.h"
#include "tests/e2e/traffic.h"

namespace tercet::test {
namespace {

constexpr const char* kKey = "reload";
constexpr const char* kNode = "node-3";  // the others dial it
constexpr std::string_view kPemEnd = "-----END CERTIFICATE-----";

std::string first_certificate(const std::string& text) {
  const std::size_t begin = text.find("-----BEGIN CERTIFICATE-----");
  const std::size_t end = text.find(kPemEnd, begin);
  return begin == std::string::npos || end == std::string::npos
             ? ""
             : text.substr(begin, end + kPemEnd.size() - begin);
}

std::string certificate_file() {
  return live_cluster().file(std::string("keys/") + kNode + ".crt");
}

/// The certificate that the node shows on its port for peers, bulk, proxies, administrators.
std::string shown_certificate(const std::string& use) {
  const nlohmann::json state =
      nlohmann::json::parse(read_whole_file(live_cluster().file("state.json")));
  const auto port = state.at("ports").at(std::string(kNode) + " " + use).get<unsigned>();
  return first_certificate(
      run_command({"/usr/bin/openssl", "s_client", "-connect", "127.0.0.1:" + std::to_string(port)})
          .output);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

/// SIGHUP while requests run, until the node's log has the event once more.
void reload_while_serving(const std::string& event) {
  const std::size_t before = count(live_cluster().log(kNode), event);
  Traffic traffic(live_cluster().proxy(), kKey);
  ASSERT_TRUE(traffic.wait_for_round_trips(2));
  live_cluster().send_signal(kNode, SIGHUP);
  EXPECT_TRUE(eventually([&] { return count(live_cluster().log(kNode), event) > before; }));
  EXPECT_TRUE(traffic.wait_for_round_trips(2));
  traffic.stop();
  EXPECT_EQ(traffic.wrong_answers(), 0U);
}

TEST(Reload, PutsANewCertificateOnEveryPortAndABrokenOneOnNone) {
  const CommandResult created = live_cluster().create_key(kKey);
  ASSERT_TRUE(created.done()) << created.output;
  const std::string old = first_certificate(read_whole_file(certificate_file()));
  const std::string base = live_cluster().file(std::string("keys/") + kNode);
  const std::string ca_base = live_cluster().file("keys/link-ca");
  Result<CertificateAuthority> ca = CertificateAuthority::load(ca_base + ".crt", ca_base + ".key");
  ASSERT_TRUE(ca.ok()) << ca.error().to_string();
  CertificateSpec spec;
  spec.common_name = kNode;
  spec.role = "node";
  spec.dns_names = {kNode, "localhost"};
  spec.ip_addresses = {"127.0.0.1"};
  const Result<IssuedCertificate> issued = ca->issue(spec);
  ASSERT_TRUE(issued.ok()) << issued.error().to_string();
  std::filesystem::remove(base + ".crt");
  std::filesystem::remove(base + ".key");
  const Status written = issued->write(base + ".crt", base + ".key");
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  const std::string fresh = first_certificate(read_whole_file(certificate_file()));
  ASSERT_NE(fresh, old);

  for (const char* use : {"peer", "bulk", "proxy", "admin"}) {
    EXPECT_EQ(shown_certificate(use), old) << use;
  }
  reload_while_serving("configuration_reloaded");
  for (const char* use : {"peer", "bulk", "proxy", "admin"}) {
    EXPECT_TRUE(eventually([&] { return shown_certificate(use) == fresh; })) << use;
  }

  std::ofstream(certificate_file()) << "not a certificate";
  reload_while_serving("reload_failed");
  for (const char* use : {"peer", "bulk", "proxy", "admin"}) {
    EXPECT_EQ(shown_certificate(use), fresh) << use;
  }
  std::ofstream(certificate_file()) << fresh << '\n';
}

}  // namespace
}  // namespace tercet::test
