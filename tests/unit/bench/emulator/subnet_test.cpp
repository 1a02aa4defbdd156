// Addresses that no network uses, and that two clusters do not share.

#include "bench/emulator/subnet.h"

#include <unistd.h>

#include <string>

#include <gtest/gtest.h>

namespace tercet::wan {
namespace {

const std::string kHead =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

/// A line as the kernel prints it on a little-endian machine.
std::string route(const std::string& destination, const std::string& mask) {
  return "eth0\t" + destination + "\t00000000\t0001\t0\t0\t0\t" + mask + "\t0\t0\t0\n";
}

std::uint32_t address(const std::string& text) {
  return *parse_address(text);
}

/// An address that another run of these tests beside us does not ask for.
std::uint32_t own_choice() {
  return address("198.18.0.2") + static_cast<std::uint32_t>(::getpid() % 512) * 256;
}

bool blocks(const std::string& destination, const std::string& mask, const std::string& subnet) {
  return is_routed(address(subnet), parse_routes(kHead + route(destination, mask)));
}

TEST(Subnet, PrintsAndParsesAddresses) {
  EXPECT_EQ(print_address(address("198.18.7.2")), "198.18.7.2");
  EXPECT_EQ(address("198.18.7.2"), 0xC6120702U);
  EXPECT_FALSE(parse_address("198.18.7").ok());
}

TEST(Subnet, SeesRoutesIntoARange) {
  EXPECT_TRUE(blocks("000712C6", "00FFFFFF", "198.18.7.0"));   // the same /24
  EXPECT_TRUE(blocks("000012C6", "0000FEFF", "198.18.7.0"));   // all of 198.18.0.0/15
  EXPECT_TRUE(blocks("050712C6", "FFFFFFFF", "198.18.7.0"));   // one host in it
  EXPECT_FALSE(blocks("000812C6", "00FFFFFF", "198.18.7.0"));  // its neighbour
  EXPECT_FALSE(blocks("0000000A", "000000FF", "198.18.7.0"));  // 10.0.0.0/8
}

TEST(Subnet, DefaultRoutesDoNotCount) {
  EXPECT_FALSE(blocks("00000000", "00000000", "198.18.7.0"));
  EXPECT_FALSE(blocks("00000080", "00000080", "198.18.7.0"));  // 128.0.0.0/1, of VPN clients
}

TEST(Subnet, NobodyClaimsWhatAnotherHas) {
  const Result<Subnet> first = Subnet::claim(own_choice());
  ASSERT_TRUE(first.ok()) << first.error().to_string();
  const Result<Subnet> second = Subnet::claim(own_choice());
  ASSERT_TRUE(second.ok()) << second.error().to_string();
  EXPECT_NE(second->text(), first->text());
  EXPECT_EQ(first->address(1), first->address(0) + 1);
}

TEST(Subnet, AClaimEndsWithItsObject) {
  std::string text;
  {
    const Result<Subnet> claimed = Subnet::claim(own_choice());
    ASSERT_TRUE(claimed.ok()) << claimed.error().to_string();
    text = claimed->text();
  }
  const Result<Subnet> again = Subnet::claim(address(text.substr(0, text.find('/'))));
  ASSERT_TRUE(again.ok()) << again.error().to_string();
  EXPECT_EQ(again->text(), text);
}

}  // namespace
}  // namespace tercet::wan
