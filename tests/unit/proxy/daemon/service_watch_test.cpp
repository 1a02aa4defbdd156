#include "proxy/daemon/service_watch.h"

#include <memory>

#include <gtest/gtest.h>

namespace tercet::proxy {
namespace {

using std::chrono::seconds;

class StillServiceClock final : public Clock {
 public:
  SteadyTime now() const override { return at; }

  SteadyTime at{std::chrono::hours(1)};
};

class ServiceWatchTest : public ::testing::Test {
 protected:
  ServiceWatchTest() {
    well_.has_lease = true;
    well_.seconds_since_success = 1;
  }

  /// So long of the same signs, as the proxy looks at them.
  void pass(seconds time, const ServiceSigns& signs) {
    for (const SteadyTime end = clock_.at + time; clock_.at < end;) {
      clock_.at += std::chrono::milliseconds(500);
      watch_.tick(signs);
    }
  }

  std::string why_not() const { return watch_.why_not().value_or(""); }

  std::size_t told(std::string_view event) const {
    std::size_t out = 0;
    for (const std::string& line : log_->lines()) {
      out += line.find(event) != std::string::npos ? 1U : 0U;
    }
    return out;
  }

  ServiceSigns well_;
  StillServiceClock clock_;
  Registry registry_;
  std::shared_ptr<MemoryLogSink> log_ = std::make_shared<MemoryLogSink>();
  ServiceWatch watch_{{"node-1", "node-2", "node-3"}, registry_, clock_, Logger("service", log_)};
};

TEST_F(ServiceWatchTest, ServesOnceACheckHasSucceeded) {
  EXPECT_EQ(why_not(), "starting");
  ServiceSigns starting = well_;
  starting.seconds_since_success.reset();
  pass(seconds(2), starting);
  EXPECT_EQ(why_not(), "starting");
  EXPECT_EQ(log_->lines().size(), 0U) << "nothing is lost that was never there";
  pass(seconds(1), well_);
  EXPECT_EQ(why_not(), "");
  EXPECT_EQ(told("service_begun"), 1U);
  EXPECT_NE(registry_.text().find("tercet_proxy_serving 1"), std::string::npos);
}

TEST_F(ServiceWatchTest, ANodeThatTakesNoPartIsBorneForTenSeconds) {
  pass(seconds(1), well_);
  ServiceSigns alone = well_;
  alone.absent = {"node-2"};
  pass(seconds(9), alone);
  EXPECT_EQ(why_not(), "");
  pass(seconds(2), alone);
  EXPECT_EQ(why_not(), "cut off from node-2");
  EXPECT_EQ(told("service_lost"), 1U);
  pass(seconds(180), alone);
  EXPECT_EQ(told("service_still_lost"), 3U) << "once a minute";
  pass(seconds(1), well_);
  EXPECT_EQ(told("service_back"), 1U);
}

TEST_F(ServiceWatchTest, ChecksThatFailEndItAfterFifteenSecondsButNotForLoad) {
  pass(seconds(1), well_);
  ServiceSigns failing = well_;
  failing.last_error = Errc::timeout;
  failing.seconds_since_success = 15;
  pass(seconds(1), failing);
  EXPECT_EQ(why_not(), "");
  failing.seconds_since_success = 16;
  pass(seconds(1), failing);
  EXPECT_NE(why_not().find("health checks fail (timeout)"), std::string::npos) << why_not();
  failing.last_error = Errc::overloaded;
  pass(seconds(1), failing);
  EXPECT_EQ(why_not(), "");
}

TEST_F(ServiceWatchTest, ThatTheHealthKeyIsMissingIsSaid) {
  ServiceSigns missing = well_;
  missing.seconds_since_success.reset();
  missing.last_error = Errc::not_found;
  pass(seconds(61), missing);
  EXPECT_NE(why_not().find("the health key does not exist"), std::string::npos) << why_not();
  EXPECT_EQ(told("service_still_lost"), 1U);
}

TEST_F(ServiceWatchTest, AFailedCheckOfItsOwnEndsIt) {
  ServiceSigns broken = well_;
  broken.own_check_failed = true;
  pass(seconds(1), broken);
  EXPECT_NE(why_not().find("test its memory"), std::string::npos);
  EXPECT_FALSE(watch_.status().serving);
}

TEST_F(ServiceWatchTest, ANodeThatAloneRefusesIsToldForAMinute) {
  pass(seconds(1), well_);
  EXPECT_FALSE(watch_.status().alone_refuses.has_value());
  watch_.note(Dissent{mpc::PartyIndex::p3, Errc::not_authenticated});
  EXPECT_EQ(watch_.status().alone_refuses, 3);
  EXPECT_EQ(told("node_alone_refuses"), 1U);
  EXPECT_NE(registry_.text().find("tercet_proxy_node_alone_refused_total{node=\"node-3\""),
            std::string::npos);
  clock_.at += seconds(61);
  EXPECT_FALSE(watch_.status().alone_refuses.has_value());
}

}  // namespace
}  // namespace tercet::proxy
