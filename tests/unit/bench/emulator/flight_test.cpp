// All packets under way, under virtual time.

#include "bench/emulator/flight.h"

#include <cstdint>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

namespace tercet::wan {
namespace {

using std::chrono::milliseconds;

Time at(int ms) {
  return Time(milliseconds(1000 + ms));
}

Packet packet_named(std::uint8_t name, std::size_t bytes = 100) {
  Packet out;
  out.head = std::make_unique<Packet::Head>();
  out.head->front() = name;
  out.bytes = bytes;
  return out;
}

/// The name of the packet that arrives at `to` by `now`; -1 for none.
int arrival(Flight& flight, int now, std::size_t to) {
  const std::optional<Flight::Arrival> got = flight.take(at(now));
  if (!got) {
    return -1;
  }
  EXPECT_EQ(got->to, to);
  return got->packet.head->front();
}

Matrix near_and_far() {
  Matrix out = *equal_matrix("10");
  LinkSettings far;
  far.delay = milliseconds(40);
  out.set(2, 3, far);
  return out;
}

TEST(Flight, DeliversAtTheTimeAndNotBefore) {
  Flight flight(*equal_matrix("10"), 1);
  EXPECT_FALSE(flight.next_due());
  EXPECT_FALSE(flight.send(0, 1, packet_named(7), at(0)));
  EXPECT_EQ(flight.next_due(), at(5));
  EXPECT_EQ(arrival(flight, 4, 1), -1);
  EXPECT_EQ(arrival(flight, 5, 1), 7);
  EXPECT_FALSE(flight.next_due());
}

TEST(Flight, NearPacketsPassFarOnes) {
  Flight flight(near_and_far(), 1);
  flight.send(2, 3, packet_named(1), at(0));
  flight.send(1, 3, packet_named(2), at(1));
  flight.send(3, 2, packet_named(3), at(2));
  EXPECT_EQ(arrival(flight, 100, 3), 2);
  EXPECT_EQ(arrival(flight, 100, 3), 1);
  EXPECT_EQ(arrival(flight, 100, 2), 3);
}

TEST(Flight, KeepsTheOrderOfEqualTimes) {
  Matrix matrix = *equal_matrix("0");
  LinkSettings jittery;
  jittery.jitter = milliseconds(3);
  matrix.set(1, 2, jittery);
  Flight flight(matrix, 1);
  for (int i = 0; i < 200; ++i) {
    flight.send(1, 2, packet_named(static_cast<std::uint8_t>(i)), at(0));
  }
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(arrival(flight, 10, 2), i);
  }
}

TEST(Flight, GivesBackWhatIsLost) {
  Matrix matrix = *equal_matrix("0");
  LinkSettings broken;
  broken.loss = 1;
  matrix.set(1, 2, broken);
  Flight flight(matrix, 1);
  const std::optional<Packet> back = flight.send(1, 2, packet_named(9), at(0));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->head->front(), 9);
  EXPECT_FALSE(flight.next_due());
}

TEST(Flight, BoundsWhatIsUnderWayOnOneLink) {
  Flight flight(*equal_matrix("10"), 1);
  constexpr std::size_t kLarge = std::size_t{48} * 1024 * 1024;  // pretended: only counted
  EXPECT_FALSE(flight.send(1, 2, packet_named(1, kLarge), at(0)));
  EXPECT_FALSE(flight.send(1, 2, packet_named(2, kLarge), at(0)));
  EXPECT_TRUE(flight.send(1, 2, packet_named(3, kLarge), at(0)));
  EXPECT_FALSE(flight.send(2, 1, packet_named(4, kLarge), at(0))) << "the other way is free";
  EXPECT_EQ(arrival(flight, 5, 2), 1);
  EXPECT_FALSE(flight.send(1, 2, packet_named(5, kLarge), at(5))) << "one has arrived";
}

}  // namespace
}  // namespace tercet::wan
