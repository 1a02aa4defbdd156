// Certificates are replaced while requests run (threat model 13, F49, F51).

#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/crypto/key_pin.h"
#include "core/crypto/x509.h"
#include "tests/e2e/cluster.h"
#include "tests/e2e/needles.h"
#include "tests/e2e/programs.h"
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

/// A certificate by the cluster's own authority, for a fresh key.
IssuedCertificate issue(const std::string& name, const std::string& role) {
  const std::string base = live_cluster().file("keys/link-ca");
  const Result<CertificateAuthority> authority =
      CertificateAuthority::load(base + ".crt", base + ".key");
  CertificateSpec spec;
  spec.common_name = name;
  spec.role = role;
  spec.dns_names = {name, "localhost"};
  spec.ip_addresses = {"127.0.0.1"};
  return authority.value().issue(spec).value();
}

std::string pin_of(const std::string& certificate) {
  return print_key_pin(key_pin_of_certificate(certificate).value());
}

/// The pin of `fresh` beside that of `old`, in the cluster file of this name.
void add_pin(const std::string& file, const std::string& old, const std::string& fresh) {
  std::string text = read_whole_file(live_cluster().file(file));
  const std::string known = '"' + pin_of(old) + '"';
  const std::size_t at = text.find(known);
  ASSERT_NE(at, std::string::npos);
  text.insert(at + known.size(), ", \"" + pin_of(fresh) + '"');
  std::ofstream(live_cluster().file(file)) << text;
}

void expect_shown(const std::string& certificate) {
  for (const char* use : {"peer", "bulk", "proxy", "admin"}) {
    EXPECT_TRUE(eventually([&] { return shown_certificate(use) == certificate; })) << use;
  }
}

/// A certificate for a new key serves as soon as the cluster file pins the key, not before; and the
/// old one serves on while a new one is broken.
TEST(Reload, PutsANewCertificateOnEveryPortAndARefusedOrBrokenOneOnNone) {
  const CommandResult created = live_cluster().create_key(kKey);
  ASSERT_TRUE(created.done()) << created.output;
  const std::string old = first_certificate(read_whole_file(certificate_file()));
  const std::string base = live_cluster().file(std::string("keys/") + kNode);
  const IssuedCertificate issued = issue(kNode, "node");
  std::filesystem::remove(base + ".crt");
  std::filesystem::remove(base + ".key");
  const Status written = issued.write(base + ".crt", base + ".key");
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  const std::string fresh = first_certificate(read_whole_file(certificate_file()));
  ASSERT_NE(fresh, old);

  reload_while_serving("reload_failed");
  expect_shown(old);
  EXPECT_NE(live_cluster().log(kNode).find(pin_of(fresh)), std::string::npos)
      << "the log names the pin that is missing";

  add_pin("cluster.yaml", old, fresh);
  for (const char* other : {"node-1", "node-2", "proxy-1"}) {
    live_cluster().send_signal(other, SIGHUP);
  }
  reload_while_serving("configuration_reloaded");
  expect_shown(fresh);
  EXPECT_TRUE(eventually([] { return live_cluster().tercet({"status"}).done(); }))
      << live_cluster().tercet({"status"}).output;

  std::ofstream(certificate_file()) << "not a certificate";
  reload_while_serving("reload_failed");
  expect_shown(fresh);
  std::ofstream(certificate_file()) << fresh << '\n';
}

/// Attack 15 on the administrators' links: the authority's key makes a certificate with an
/// administrator's name, and its maker believes in it. The nodes do not.
TEST(Reload, Attack_15_AnAdministratorOfTheAuthorityAloneIsRefusedByAllNodes) {
  const std::string old = read_whole_file(live_cluster().file("keys/admin-1.crt"));
  const IssuedCertificate forged = issue("admin-1", "admin");
  ASSERT_TRUE(
      forged.write(live_cluster().file("keys/forged.crt"), live_cluster().file("keys/forged.key"))
          .ok());
  std::filesystem::copy_file(live_cluster().file("cluster.yaml"),
                             live_cluster().file("forged-cluster.yaml"),
                             std::filesystem::copy_options::overwrite_existing);
  add_pin("forged-cluster.yaml", old, forged.certificate_pem);
  std::string admin = read_whole_file(live_cluster().file("admin.yaml"));
  for (const auto& [from, to] : {std::pair("cluster: cluster.yaml", "cluster: forged-cluster.yaml"),
                                 std::pair("keys/admin-1.crt", "keys/forged.crt"),
                                 std::pair("keys/admin-1.key", "keys/forged.key")}) {
    const std::size_t at = admin.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    admin.replace(at, std::string(from).size(), to);
  }
  std::ofstream(live_cluster().file("forged.yaml")) << admin;
  const CommandResult asked =
      run_program({"tercet", "status", "--config", live_cluster().file("forged.yaml")});
  EXPECT_FALSE(asked.done()) << asked.output;
  for (const std::string& node : kNodeNames) {
    EXPECT_TRUE(eventually([&] {
      return live_cluster().log(node).find("handshake_refused") != std::string::npos;
    })) << node;
    const std::string audit = read_whole_file(live_cluster().file(node + "/audit.jsonl"));
    EXPECT_NE(audit.find("\"event\":\"handshake_refused\",\"port\":\"admin\""), std::string::npos)
        << node;
  }
}

}  // namespace
}  // namespace tercet::test
