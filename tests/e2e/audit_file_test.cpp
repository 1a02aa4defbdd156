// What becomes of a node's audit file while the node runs: deleted, moved away for rotation, not
// to be written at all, and a restart (rules AU5, AU2).

#include <csignal>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "core/time/clock.h"
#include "tests/e2e/cluster.h"
#include "tests/support/tls_client.h"

namespace tercet::test {
namespace {

namespace fs = std::filesystem;

constexpr Milliseconds kAuditAgainLimit{90'000};
constexpr const char* kAuditedNode = "node-2";

std::string audit_path() {
  return live_cluster().file(std::string(kAuditedNode) + "/audit.jsonl");
}

std::string request_log_path() {
  return live_cluster().file("log/proxy-1.requests.jsonl");
}

std::vector<nlohmann::json> audit_records(const std::string& path) {
  std::vector<nlohmann::json> out;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    out.push_back(nlohmann::json::parse(line, nullptr, false));
  }
  return out;
}

bool has_event(const std::string& path, const std::string& event) {
  for (const nlohmann::json& record : audit_records(path)) {
    if (record.is_object() && record.at("event") == event) {
      return true;
    }
  }
  return false;
}

std::uint64_t first_number(const std::string& path) {
  return audit_records(path).at(0).at("seq").get<std::uint64_t>();
}

std::uint64_t last_number(const std::string& path) {
  return audit_records(path).back().at("seq").get<std::uint64_t>();
}

bool says(const std::string& detail) {
  const ClusterStatus status;
  const nlohmann::json& node = status.node(kAuditedNode);
  return !node.is_null() && node.at("detail") == detail;
}

TEST(AuditFile, IsNoticedToBeDeletedAndMadeAnewWithNumbersThatGoOn) {
  ASSERT_TRUE(eventually(all_serve, kAuditAgainLimit));
  const std::uint64_t before = last_number(audit_path());
  fs::copy_file(audit_path(), audit_path() + ".kept");  // secrets_test reads what there is
  fs::remove(audit_path());
  ASSERT_TRUE(eventually([] { return has_event(audit_path(), "audit_file_lost"); }));
  EXPECT_GT(first_number(audit_path()), before);
  EXPECT_NE(live_cluster().log(kAuditedNode).find("audit_file_lost"), std::string::npos);
}

TEST(AuditFile, IsRotatedByANewNameAndSighup) {
  ASSERT_TRUE(eventually(all_serve, kAuditAgainLimit));
  const std::string rotated = audit_path() + ".1";
  fs::rename(audit_path(), rotated);
  live_cluster().send_signal(kAuditedNode, SIGHUP);
  ASSERT_TRUE(eventually([] { return has_event(audit_path(), "reload"); }));
  EXPECT_EQ(first_number(audit_path()), last_number(rotated) + 1);
}

TEST(AuditFile, ThatCannotBeWrittenStopsTheNodeWhichServesAgainByItself) {
  ASSERT_TRUE(eventually(all_serve, kAuditAgainLimit));
  const std::string away = audit_path() + ".away";
  fs::rename(audit_path(), away);
  fs::create_directory(audit_path());
  ASSERT_TRUE(eventually([] { return says("audit records cannot be written"); }));
  fs::remove(audit_path());
  // Nobody sends it anything but the question how it is.
  ASSERT_TRUE(eventually([] { return says("serving"); }, kAuditAgainLimit));
  ASSERT_TRUE(has_event(audit_path(), "audit_gap"));
  const nlohmann::json gap = audit_records(audit_path()).at(0);
  EXPECT_EQ(gap.at("event"), "audit_gap");
  EXPECT_EQ(gap.at("seq").get<std::uint64_t>(), last_number(away) + 1);
  EXPECT_GT(gap.at("lost"), 0);
  EXPECT_NE(gap.at("cause").get<std::string>().find("Is a directory"), std::string::npos);
}

TEST(AuditFile, GoesOnAfterARestartBehindATornLine) {
  ASSERT_TRUE(eventually(all_serve, kAuditAgainLimit));
  live_cluster().kill(kAuditedNode);
  const std::uint64_t before = last_number(audit_path());
  std::ofstream(audit_path(), std::ios::app) << "{\"seq\":" << before + 1 << ",\"time_ms";
  ASSERT_TRUE(live_cluster().start(kAuditedNode).ok());
  ASSERT_TRUE(eventually(all_serve, kAuditAgainLimit));
  std::size_t torn = 0;
  std::uint64_t number = 0;
  for (const nlohmann::json& record : audit_records(audit_path())) {
    torn += record.is_object() ? 0U : 1U;
    if (record.is_object()) {
      EXPECT_GT(record.at("seq").get<std::uint64_t>(), number);
      number = record.at("seq").get<std::uint64_t>();
    }
  }
  EXPECT_EQ(torn, 1U) << "the torn line is by itself";
  EXPECT_GT(number, before + 1);
}

std::uint16_t admin_port() {
  std::ifstream in(live_cluster().file("state.json"));
  const nlohmann::json state = nlohmann::json::parse(in);
  return state.at("ports").at(std::string(kAuditedNode) + " admin").get<std::uint16_t>();
}

/// Connects, and says something that is no TLS.
void knock(std::uint16_t port) {
  TlsClientOptions options;
  options.port = port;
  options.tls = false;
  TlsClient client(options);
  ASSERT_TRUE(client.connected()) << client.failure();
  client.send("this is no handshake, but long enough to be one\r\n\r\n");
  EXPECT_TRUE(client.ends(Milliseconds(30'000)));
}

/// Of refused connections: those with a record of their own, and those that records count.
std::pair<std::uint64_t, std::uint64_t> refused_connections(const std::string& path) {
  std::uint64_t written = 0;
  std::uint64_t counted = 0;
  for (const nlohmann::json& record : audit_records(path)) {
    if (!record.is_object()) {
      continue;
    }
    const std::string event = record.at("event").get<std::string>();
    if (event == "handshake_refused") {
      ++written;
      counted += record.value("left_out", std::uint64_t{0});
    } else if (event == "records_left_out" || event == "left_out") {
      counted += record.at("of") == "handshake_refused" ? record.at("count").get<std::uint64_t>()
                                                        : std::uint64_t{0};
    }
  }
  return {written, counted};
}

/// Each is counted once, and not each has a line of its own.
void expect_capped(const std::string& path, std::uint16_t port) {
  constexpr std::uint64_t kKnocks = 100;
  const auto [written_before, counted_before] = refused_connections(path);
  const SteadyTime began = real_clock().now();
  for (std::uint64_t i = 0; i < kKnocks; ++i) {
    knock(port);
  }
  const std::uint64_t before = written_before + counted_before;
  EXPECT_TRUE(eventually([&] {
    const auto [written, counted] = refused_connections(path);
    return written + counted == before + kKnocks;
  }));
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(real_clock().now() - began).count();
  EXPECT_LE(refused_connections(path).first,
            written_before + 6 + static_cast<std::uint64_t>(seconds));
}

TEST(AuditFile, AU7_RefusedConnectionsToTheAdministratorsPortAreOnRecordAndCapped) {
  expect_capped(audit_path(), admin_port());
}

TEST(RequestLog, AU7_RefusedConnectionsToTheXksPortAreOnRecordAndCapped) {
  expect_capped(request_log_path(), live_cluster().proxy().port);
}

TEST(RequestLog, IsNoticedToBeMovedAwayAndMadeAnew) {
  fs::rename(request_log_path(), request_log_path() + ".away");
  EXPECT_TRUE(eventually([] { return has_event(request_log_path(), "request_log_lost"); }));
}

TEST(RequestLog, HasARecordOfEachReloadInTheNewFile) {
  fs::rename(request_log_path(), request_log_path() + ".1");
  live_cluster().send_signal("proxy-1", SIGHUP);
  ASSERT_TRUE(eventually([] { return has_event(request_log_path(), "reload"); }));
}

}  // namespace
}  // namespace tercet::test
