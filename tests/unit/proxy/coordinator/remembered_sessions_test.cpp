#include "proxy/coordinator/remembered_sessions.h"

#include <gtest/gtest.h>

namespace tercet::proxy {
namespace {

SessionId sid(std::uint8_t fill) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(fill);
  return SessionId(bytes);
}

const LeaseId kLease = sid(1);
const KeyId kKey = KeyId::parse("a").value();

Bytes iv(std::uint8_t fill) {
  return Bytes(12, fill);
}

TEST(RememberedSessions, FindsWhatIsLongEnoughAndOfThisLease) {
  RememberedSessions sessions(8);
  sessions.note(kLease, kKey, iv(1), 3, sid(9));

  EXPECT_EQ(sessions.find(kLease, kKey, iv(1), 3), sid(9));
  EXPECT_FALSE(sessions.find(kLease, kKey, iv(1), 4));
  EXPECT_FALSE(sessions.find(sid(2), kKey, iv(1), 3));
  EXPECT_FALSE(sessions.find(kLease, kKey, iv(2), 3));
}

TEST(RememberedSessions, ForgetsWhatWasNotUsedForLongest) {
  RememberedSessions sessions(2);
  sessions.note(kLease, kKey, iv(1), 1, sid(1));
  sessions.note(kLease, kKey, iv(2), 1, sid(2));
  ASSERT_TRUE(sessions.find(kLease, kKey, iv(1), 1));

  sessions.note(kLease, kKey, iv(3), 1, sid(3));

  EXPECT_TRUE(sessions.find(kLease, kKey, iv(1), 1));
  EXPECT_FALSE(sessions.find(kLease, kKey, iv(2), 1));
}

TEST(RememberedSessions, ANewSessionReplacesTheOldOne) {
  RememberedSessions sessions(2);
  for (std::uint8_t i = 0; i < 10; ++i) {
    sessions.note(kLease, kKey, iv(1), 1, sid(i));
    sessions.forget(kKey, iv(2));
    sessions.note(kLease, kKey, iv(2), 1, sid(i));
  }
  EXPECT_EQ(sessions.find(kLease, kKey, iv(1), 1), sid(9));
  EXPECT_EQ(sessions.find(kLease, kKey, iv(2), 1), sid(9));
  sessions.clear();
  EXPECT_FALSE(sessions.find(kLease, kKey, iv(1), 1));
}

TEST(RememberedSessions, AreNotKeptWhenSwitchedOff) {
  RememberedSessions sessions(0);
  sessions.note(kLease, kKey, iv(1), 1, sid(1));
  EXPECT_FALSE(sessions.find(kLease, kKey, iv(1), 1));
}

}  // namespace
}  // namespace tercet::proxy
