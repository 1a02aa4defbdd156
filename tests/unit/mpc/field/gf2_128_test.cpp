#include "mpc/field/gf2_128.h"

#include <array>
#include <optional>

#include <gtest/gtest.h>

#include "core/random/deterministic.h"
#include "tests/support/cpu_paths.h"

namespace tercet::test {
namespace {

using mpc::Block128;

Block128 element(std::string_view hex) {
  return mpc::load_block(from_hex(hex).value());
}

class Gf2Field : public ::testing::TestWithParam<mpc::CpuPath> {
 protected:
  void SetUp() override {
    TERCET_SKIP_WITHOUT(GetParam());
    path_.emplace(GetParam());
  }

  Block128 any() { return mpc::load_block(random_.array<16>()); }

  std::optional<UseCpuPath> path_;
  DeterministicRandom random_{std::uint64_t{5}};
};

/// SP 800-38D 6.3, bit by bit.
Block128 by_definition(Block128 x, Block128 y) {
  Block128 z = mpc::kBlockZero;
  Block128 v = y;
  for (int bit = 0; bit < 128; ++bit) {
    const std::uint64_t word = bit < 64 ? x.high : x.low;
    if (((word >> (63 - bit % 64)) & 1U) != 0) {
      z = z ^ v;
    }
    const bool carry = (v.low & 1U) != 0;
    v = Block128{v.high >> 1, (v.low >> 1) | (v.high << 63)};
    if (carry) {
      v.high ^= std::uint64_t{0xe1} << 56;
    }
  }
  return z;
}

TEST_P(Gf2Field, KnownProductOfTheGcmSpecification) {
  // McGrew and Viega, GCM test case 2: C * H and (C*H ^ lengths) * H
  const Block128 h = element("66e94bd4ef8a2c3b884cfa59ca342b2e");
  const Block128 c = element("0388dace60b6a392f328c2b971b2fe78");
  const Block128 first = mpc::multiply(c, h);
  EXPECT_EQ(first, element("5e2ec746917062882c85b0685353deb7"));
  EXPECT_EQ(mpc::multiply(first ^ Block128{0, 0x80}, h),
            element("f38cbb1ad69223dcc3457ae5b6b0f885"));
}

TEST_P(Gf2Field, ProductsAreThoseOfTheDefinition) {
  std::array<Block128, 8> edges = {mpc::kBlockZero,
                                   mpc::kBlockOne,
                                   mpc::kBlockTwo,
                                   Block128{0, 1},
                                   Block128{~std::uint64_t{0}, ~std::uint64_t{0}},
                                   Block128{1, std::uint64_t{1} << 63},
                                   any(),
                                   any()};
  for (const Block128 a : edges) {
    for (const Block128 b : edges) {
      EXPECT_EQ(mpc::multiply(a, b), by_definition(a, b));
    }
  }
}

TEST_P(Gf2Field, InversesUndoProducts) {
  for (int i = 0; i < 4; ++i) {
    const Block128 a = any();
    EXPECT_EQ(mpc::multiply(a, mpc::inverse(a)), mpc::kBlockOne);
  }
  EXPECT_EQ(mpc::square(mpc::kBlockTwo), mpc::multiply(mpc::kBlockTwo, mpc::kBlockTwo));
}

INSTANTIATE_TEST_SUITE_P(EveryPath,
                         Gf2Field,
                         ::testing::ValuesIn(mpc::kAllCpuPaths),
                         cpu_path_test_name);

}  // namespace
}  // namespace tercet::test
