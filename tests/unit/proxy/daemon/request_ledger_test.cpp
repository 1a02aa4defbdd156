#include "proxy/daemon/request_ledger.h"

#include <filesystem>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/full_disk.h"
#include "tests/support/temporary_directory.h"

namespace tercet::proxy {
namespace {

class StillLedgerClock final : public Clock {
 public:
  SteadyTime now() const override { return at; }

  SteadyTime at{std::chrono::hours(1)};
};

class RequestLedgerTest : public ::testing::Test {
 protected:
  std::vector<nlohmann::json> lines() const {
    std::vector<nlohmann::json> out;
    std::ifstream in(path_);
    for (std::string line; std::getline(in, line);) {
      out.push_back(nlohmann::json::parse(line));
    }
    return out;
  }

  static RequestRecord request(unsigned status, bool authentic, const std::string& peer) {
    RequestRecord record;
    record.peer = peer;
    record.status = status;
    record.authentic = authentic;
    return record;
  }

  test::TemporaryDirectory directory_;
  std::string path_ = directory_.file("requests.jsonl");
  StillLedgerClock clock_;
  Registry registry_;
  StoreTable stores_ = StoreTable::make({}).value();
  std::shared_ptr<MemoryLogSink> log_ = std::make_shared<MemoryLogSink>();
  RequestLedger ledger_{registry_,
                        stores_,
                        LineFile::open(path_).value(),
                        system_wall_clock(),
                        clock_,
                        Logger("request_log", log_)};
};

TEST_F(RequestLedgerTest, AU7_AStrangerIsOneOnHoweverManyConnections) {
  for (int port = 1024; port < 2024; ++port) {
    ledger_.finished(request(401, false, "192.0.2.1:" + std::to_string(port)));
  }
  EXPECT_EQ(lines().size(), 5U);
  ledger_.finished(request(401, false, "[2001:db8::7]:4711"));
  EXPECT_EQ(lines().size(), 6U) << "another one is told";
}

TEST_F(RequestLedgerTest, AU7_WhatStrangersCauseIsCountedNotWrittenEachTime) {
  for (int i = 0; i < 50'000; ++i) {
    ledger_.finished(request(401, false, "192.0.2.1"));  // unsigned, or signed with another secret
  }
  EXPECT_EQ(lines().size(), 5U);
  ledger_.finished(request(404, false, "192.0.2.2"));
  EXPECT_EQ(lines().size(), 6U);
  for (int i = 0; i < 1000; ++i) {
    ledger_.finished(request(503, false, "10.0.0." + std::to_string(i % 200)));
  }
  EXPECT_EQ(lines().size(), 10U) << "ten a second, however many addresses";

  clock_.at += std::chrono::seconds(1);
  ledger_.finished(request(401, false, "192.0.2.1"));
  EXPECT_EQ(lines().back().at("left_out"), 49'995);
  EXPECT_EQ(ledger_.count(), 51'002U) << "all are counted";
}

TEST_F(RequestLedgerTest, AU7_WhatWasLeftOutIsToldThoughNobodyComesAgain) {
  for (int i = 0; i < 100; ++i) {
    ledger_.finished(request(401, false, "192.0.2.1"));
  }
  clock_.at += std::chrono::seconds(1);
  ledger_.tend();
  ledger_.tend();
  ASSERT_EQ(lines().size(), 6U);
  EXPECT_EQ(lines().back().at("event"), "left_out");
  EXPECT_EQ(lines().back().at("of"), "request");
  EXPECT_EQ(lines().back().at("peer"), "192.0.2.1");
  EXPECT_EQ(lines().back().at("count"), 95);
}

TEST_F(RequestLedgerTest, AU7_WhatAFailedLineWasToCountIsInTheGap) {
  for (int i = 0; i < 100; ++i) {
    ledger_.finished(request(401, false, "192.0.2.1:4711"));
  }
  clock_.at += std::chrono::seconds(1);
  {
    const test::FullDisk full(std::filesystem::file_size(path_) + 20);
    ledger_.tend();
  }
  ledger_.tend();
  EXPECT_EQ(lines().back().at("event"), "gap");
  EXPECT_EQ(lines().back().at("lost"), 95);
}

TEST_F(RequestLedgerTest, WhatIsAuthenticIsWrittenEachTime) {
  for (int i = 0; i < 100; ++i) {
    ledger_.finished(request(200, true, "192.0.2.1"));
    ledger_.finished(request(400, true, "192.0.2.1"));
    ledger_.finished(request(503, true, "192.0.2.1"));
  }
  EXPECT_EQ(lines().size(), 300U);
}

TEST_F(RequestLedgerTest, RefusedConnectionsAreOnRecordAndCapped) {
  const Error why(Errc::not_authenticated, "the client's certificate has expired");
  for (int i = 0; i < 600; ++i) {
    ledger_.refused("192.0.2.1", why);
  }
  ASSERT_EQ(lines().size(), 5U);
  EXPECT_EQ(lines()[0].at("event"), "handshake_refused");
  EXPECT_EQ(lines()[0].at("peer"), "192.0.2.1");
  EXPECT_EQ(lines()[0].at("reason"), "the client's certificate has expired");
  EXPECT_EQ(log_->lines().size(), 5U);
  clock_.at += std::chrono::seconds(1);
  ledger_.tend();
  EXPECT_EQ(lines().back().at("count"), 595);
  EXPECT_TRUE(log_->contains("lines_left_out"));
}

TEST_F(RequestLedgerTest, ReloadsAreOnRecord) {
  ledger_.reloaded(ok_status(), 1'800'000'000);
  ledger_.reloaded(Error(Errc::config_error, "the certificate does not parse"), 1'800'000'000);
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines()[0].at("outcome"), "done");
  EXPECT_EQ(lines()[0].at("certificate_expires"), 1'800'000'000);
  EXPECT_EQ(lines()[1].at("outcome"), "failed");
  EXPECT_EQ(lines()[1].at("detail"), "the certificate does not parse");
}

TEST_F(RequestLedgerTest, AFullDiskLeavesNoTornLineAndItsGapIsOnRecordWithoutAnyRequest) {
  ledger_.finished(request(200, true, "192.0.2.1"));
  {
    const test::FullDisk full(std::filesystem::file_size(path_) + 20);
    ledger_.finished(request(200, true, "192.0.2.1"));
    ledger_.finished(request(200, true, "192.0.2.1"));
    ledger_.tend();
    EXPECT_NE(registry_.text().find("tercet_proxy_request_log_working 0"), std::string::npos);
  }
  EXPECT_EQ(lines().size(), 1U);
  ledger_.tend();
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines()[1].at("event"), "gap");
  EXPECT_EQ(lines()[1].at("lost"), 2);
  EXPECT_NE(registry_.text().find("tercet_proxy_request_log_working 1"), std::string::npos);
  EXPECT_TRUE(log_->contains("request_log_broken"));
  EXPECT_TRUE(log_->contains("request_log_written_again"));
}

TEST_F(RequestLedgerTest, AFileThatIsGoneIsNoticedAndMadeAnew) {
  ledger_.finished(request(200, true, "192.0.2.1"));
  std::filesystem::remove(path_);
  ledger_.tend();
  ledger_.finished(request(200, true, "192.0.2.1"));
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines()[0].at("event"), "request_log_lost");
  EXPECT_EQ(lines()[0].at("found"), "deleted or moved away");
  EXPECT_TRUE(log_->contains("request_log_lost"));

  std::filesystem::rename(path_, path_ + ".1");
  ASSERT_TRUE(ledger_.reopen().ok());
  ledger_.tend();
  ledger_.finished(request(200, true, "192.0.2.1"));
  ASSERT_EQ(lines().size(), 1U) << "rotation with SIGHUP is no loss";
  EXPECT_EQ(lines()[0].at("event"), "request");
}

}  // namespace
}  // namespace tercet::proxy
