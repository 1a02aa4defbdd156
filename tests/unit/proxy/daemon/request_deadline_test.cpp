#include "proxy/daemon/request_deadline.h"

#include <chrono>

#include <gtest/gtest.h>

namespace tercet::proxy {
namespace {

using namespace std::chrono_literals;

HttpArrival arrival(Milliseconds connection_setup, std::chrono::microseconds smoothed_rtt) {
  HttpArrival out;
  out.connection_setup = connection_setup;
  out.smoothed_rtt = smoothed_rtt;
  return out;
}

TEST(RequestTime, IsWhatIsConfiguredOnAConnectionThatIsThere) {
  EXPECT_EQ(request_time(arrival(0ms, 300us), 200ms), 200ms);
  EXPECT_EQ(request_time(arrival(0ms, 300us), 50ms), 50ms);
}

TEST(RequestTime, LeavesKmsItsAnswerWithin250Milliseconds) {
  EXPECT_EQ(request_time(arrival(80ms, 20ms), 200ms), 140ms);
  EXPECT_EQ(request_time(arrival(80ms, 20'001us), 200ms), 139ms);
  EXPECT_EQ(request_time(arrival(0ms, 0us), 240ms), 240ms);
  EXPECT_EQ(request_time(arrival(10ms, 5ms), 240ms), 225ms);
}

TEST(RequestTime, MayBeLongerForClientsThatWaitLonger) {
  EXPECT_EQ(request_time(arrival(0ms, 0us), 2000ms), 2000ms);
  EXPECT_EQ(request_time(arrival(80ms, 20ms), 2000ms), 1900ms);
}

TEST(RequestTime, IsNeverTooShortForAnAnswerWithoutNodes) {
  EXPECT_EQ(request_time(arrival(600ms, 20ms), 200ms), 20ms);
  EXPECT_EQ(request_time(arrival(0ms, 0us), 10ms), 20ms);
}

}  // namespace
}  // namespace tercet::proxy
