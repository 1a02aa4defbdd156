#include "core/ct/ct.h"

#include <gtest/gtest.h>

namespace tercet {
namespace {

TEST(ConstantTime, MasksFollowTheLowestBit) {
  EXPECT_EQ(ct::mask_if(std::uint8_t{1}), 0xff);
  EXPECT_EQ(ct::mask_if(std::uint8_t{2}), 0);
  EXPECT_EQ(ct::mask_if(std::uint64_t{3}), ~std::uint64_t{0});
}

TEST(ConstantTime, ZeroMaskIsRightForEveryByte) {
  for (unsigned value = 0; value < 256; ++value) {
    EXPECT_EQ(ct::mask_if_zero(static_cast<std::uint8_t>(value)), value == 0 ? 0xff : 0);
  }
  EXPECT_EQ(ct::mask_if_zero(std::uint64_t{1} << 63U), 0U);
  EXPECT_EQ(ct::mask_if_zero(std::uint64_t{0}), ~std::uint64_t{0});
}

TEST(ConstantTime, SelectTakesOneOrTheOther) {
  EXPECT_EQ(ct::select(std::uint32_t{0xffffffff}, std::uint32_t{5}, std::uint32_t{9}), 5U);
  EXPECT_EQ(ct::select(std::uint32_t{0}, std::uint32_t{5}, std::uint32_t{9}), 9U);
  const Bytes yes(3, 1);
  const Bytes no(3, 2);
  Bytes out(3);
  ct::select(0xff, out, yes, no);
  EXPECT_EQ(out, yes);
  ct::select(0, out, yes, no);
  EXPECT_EQ(out, no);
}

TEST(ConstantTime, EqualSeesEveryByte) {
  const Bytes a(40, 7);
  EXPECT_TRUE(ct::equal(a, a));
  EXPECT_TRUE(ct::equal({}, {}));
  EXPECT_FALSE(ct::equal(a, ByteView(a).first(39)));
  for (std::size_t i = 0; i < a.size(); ++i) {
    Bytes b = a;
    b[i] ^= 0x80;
    EXPECT_FALSE(ct::equal(a, b));
    EXPECT_EQ(ct::equal_mask(a, b), 0);
  }
}

TEST(ConstantTime, IsZeroSeesEveryByte) {
  Bytes bytes(9);
  EXPECT_TRUE(ct::is_zero(bytes));
  bytes[8] = 1;
  EXPECT_FALSE(ct::is_zero(bytes));
}

}  // namespace
}  // namespace tercet
