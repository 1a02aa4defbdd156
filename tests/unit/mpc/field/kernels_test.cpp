// Every CPU path computes what the portable path computes, on random and on extreme inputs.

#include "mpc/field/kernels.h"

#include <array>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "core/random/deterministic.h"
#include "mpc/field/dispatch.h"
#include "mpc/onehot/apply.h"
#include "tests/support/cpu_paths.h"

namespace tercet::test {
namespace {

using mpc::CpuPath;
using mpc::kBlockVectors;
using mpc::KernelTable;
using mpc::kLaneBytes;

enum class Fill { random, zeros, ones, one_bit };

constexpr std::array kFills = {Fill::random, Fill::zeros, Fill::ones, Fill::one_bit};

class Kernels : public ::testing::TestWithParam<CpuPath> {
 protected:
  void SetUp() override { TERCET_SKIP_WITHOUT(GetParam()); }

  Bytes bytes(std::size_t size, Fill fill = Fill::random) {
    Bytes out(size, fill == Fill::ones ? 0xff : 0x00);
    if (fill == Fill::random) {
      random_.fill(out);
    } else if (fill == Fill::one_bit && size > 0) {
      const auto at = static_cast<std::size_t>(random_.array<1>()[0]) * 31 % size;
      out[at] = static_cast<std::uint8_t>(1U << (at % 8));
    }
    return out;
  }

  const KernelTable& fast() const { return mpc::kernels_of(GetParam()); }

  const KernelTable& reference() const { return mpc::kernels_of(CpuPath::portable); }

  DeterministicRandom random_{std::uint64_t{77}};
};

TEST_P(Kernels, XorOfAnyLength) {
  for (const std::size_t size : {0U, 1U, 7U, 31U, 64U, 1000U}) {
    const Bytes from = bytes(size);
    Bytes mine = bytes(size);
    Bytes theirs = mine;
    fast().xor_into(mine.data(), from.data(), size);
    reference().xor_into(theirs.data(), from.data(), size);
    EXPECT_EQ(mine, theirs);
  }
}

TEST_P(Kernels, ElementsOfAnyCount) {
  for (const Fill fill : kFills) {
    for (const std::size_t count : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 64U, 257U}) {
      const Bytes a = bytes(16 * count, fill);
      const Bytes b = bytes(16 * count);
      const mpc::Block128 factor = mpc::load_block(ByteView(b).first(16));
      EXPECT_EQ(fast().multiply(factor, mpc::load_block(ByteView(a).first(16))),
                reference().multiply(factor, mpc::load_block(ByteView(a).first(16))));
      EXPECT_EQ(fast().inner_product(a.data(), b.data(), count),
                reference().inner_product(a.data(), b.data(), count));
      const auto compare = [&](auto run) {
        Bytes mine(16 * count + 16, 0xa5);  // what lies behind stays
        Bytes theirs = mine;
        run(fast(), mine.data());
        run(reference(), theirs.data());
        EXPECT_EQ(mine, theirs) << count;
      };
      compare([&](const KernelTable& kernels, std::uint8_t* out) {
        kernels.multiply_each(a.data(), b.data(), out, count);
      });
      compare([&](const KernelTable& kernels, std::uint8_t* out) {
        kernels.multiply_all(factor, a.data(), out, count);
      });
      compare([&](const KernelTable& kernels, std::uint8_t* out) {
        kernels.fold(factor, a.data(), b.data(), out, count);
      });
    }
  }
}

TEST_P(Kernels, OutMayBeTheFirstOperand) {
  constexpr std::size_t kCount = 13;
  const Bytes a = bytes(16 * kCount);
  const Bytes b = bytes(16 * kCount);
  Bytes apart(a.size());
  Bytes in_place = a;
  fast().fold(mpc::kBlockTwo, a.data(), b.data(), apart.data(), kCount);
  fast().fold(mpc::kBlockTwo, in_place.data(), b.data(), in_place.data(), kCount);
  EXPECT_EQ(in_place, apart);
  in_place = a;
  fast().multiply_each(a.data(), b.data(), apart.data(), kCount);
  fast().multiply_each(in_place.data(), b.data(), in_place.data(), kCount);
  EXPECT_EQ(in_place, apart);
}

TEST_P(Kernels, HalvesOfAnyCount) {
  for (const Fill fill : kFills) {
    for (const std::size_t half : {1U, 2U, 3U, 4U, 8U, 33U}) {
      const std::array rows = {
          bytes(32 * half, fill), bytes(32 * half, fill), bytes(32 * half), bytes(32 * half)};
      const mpc::SharedRow x{rows[0].data(), rows[1].data()};
      const mpc::SharedRow y{rows[2].data(), rows[3].data()};
      mpc::HalfSums mine{};
      mpc::HalfSums theirs{};
      fast().halves(x, y, half, mine);
      reference().halves(x, y, half, theirs);
      EXPECT_EQ(mine.low, theirs.low);
      EXPECT_EQ(mine.high, theirs.high);
      EXPECT_EQ(mine.sum, theirs.sum);
    }
  }
}

TEST_P(Kernels, TableAtEveryOffset) {
  for (const Fill fill : kFills) {
    const Bytes bits = bytes(256 * 32, fill);
    Bytes offsets(256);
    for (std::size_t c = 0; c < offsets.size(); ++c) {
      offsets[c] = static_cast<std::uint8_t>(c);
    }
    const std::uint8_t* masks = mpc::aes_sbox_table().masks().data();
    Bytes mine(256);
    Bytes theirs(256);
    fast().apply_table(bits.data(), offsets.data(), masks, mine.data(), mine.size());
    reference().apply_table(bits.data(), offsets.data(), masks, theirs.data(), theirs.size());
    EXPECT_EQ(mine, theirs);
  }
}

TEST_P(Kernels, TableLooksUpTheHotIndex) {
  for (std::size_t index = 0; index < 256; ++index) {
    Bytes bits(32);
    bits[index / 8] = static_cast<std::uint8_t>(1U << (index % 8));
    const std::uint8_t offset = random_.array<1>()[0];
    std::uint8_t out = 0;
    fast().apply_table(bits.data(), &offset, mpc::aes_sbox_table().masks().data(), &out, 1);
    EXPECT_EQ(out, mpc::aes_sbox()[index ^ offset]);
  }
}

/// Random wires of `blocks` blocks of both components.
class Wires {
 public:
  Wires(RandomSource& random, std::size_t block_count, Fill fill) : blocks(block_count) {
    for (Bytes* row : {&random_own, &random_next}) {
      row->resize(blocks * 8 * kLaneBytes);
    }
    for (Bytes* row : {&first_own, &first_next}) {
      row->resize(blocks * mpc::kFirstGates * kLaneBytes);
    }
    for (Bytes* row : {&second_own, &second_next}) {
      row->resize(blocks * mpc::kSecondGates * kLaneBytes);
    }
    for (Bytes* row :
         {&random_own, &random_next, &first_own, &first_next, &second_own, &second_next}) {
      if (fill == Fill::random) {
        random.fill(*row);
      } else {
        std::fill(row->begin(), row->end(), fill == Fill::ones ? 0xff : 0x00);
      }
    }
  }

  mpc::WireView view() const {
    return mpc::WireView{random_own.data(),
                         random_next.data(),
                         first_own.data(),
                         first_next.data(),
                         second_own.data(),
                         second_next.data(),
                         blocks,
                         ~std::uint64_t{0},
                         0};
  }

  std::size_t blocks;
  Bytes random_own;
  Bytes random_next;
  Bytes first_own;
  Bytes first_next;
  Bytes second_own;
  Bytes second_next;
};

TEST_P(Kernels, LayersAndCompletion) {
  for (const Fill fill : {Fill::random, Fill::zeros, Fill::ones}) {
    for (const bool direct : {false, true}) {
      const Wires wires(random_, 3, fill);
      const std::size_t gates = direct ? mpc::kDirectOuterGates : mpc::kOuterGates;
      const Bytes outer = bytes(3 * gates * kLaneBytes);
      const mpc::ComponentWires component{wires.random_own.data(),
                                          wires.first_own.data(),
                                          wires.second_own.data(),
                                          outer.data(),
                                          3,
                                          ~std::uint64_t{0}};
      std::array<std::vector<Bytes>, 2> made;
      for (const KernelTable* kernels : {&fast(), &reference()}) {
        Bytes first(3 * mpc::kFirstGates * kLaneBytes, 0x3c);
        Bytes second(3 * mpc::kSecondGates * kLaneBytes, 0x3c);
        Bytes z = outer;
        Bytes lanes(3 * 256 * kLaneBytes);
        kernels->first_layer(wires.view(), first.data());
        kernels->second_layer(wires.view(), second.data());
        kernels->outer_layer(wires.view(), z.data(), direct);
        kernels->complete(component, lanes.data(), direct);
        made[kernels == &fast() ? 0 : 1] = {first, second, z, lanes};
      }
      if (&fast() != &reference()) {
        EXPECT_EQ(made[0], made[1]);
      }
    }
  }
}

TEST_P(Kernels, BytesToLanes) {
  const Bytes from = bytes(5 * kBlockVectors);
  Bytes lanes(from.size());
  fast().slice_bytes(from.data(), lanes.data(), 5);
  for (std::size_t v = 0; v < from.size(); ++v) {
    const std::size_t in_block = v % kBlockVectors;
    for (std::size_t bit = 0; bit < 8; ++bit) {
      const std::size_t at = (v / kBlockVectors * 8 + bit) * kLaneBytes + in_block / 8;
      ASSERT_EQ((lanes[at] >> (in_block % 8)) & 1, (from[v] >> bit) & 1);
    }
  }
}

bool bit_of(ByteView lanes, std::size_t block, std::size_t lane, std::size_t vector) {
  return ((lanes[(block * 256 + lane) * kLaneBytes + vector / 8] >> (vector % 8)) & 1) != 0;
}

TEST_P(Kernels, LanesToVectors) {
  const Bytes lanes = bytes(2 * 256 * kLaneBytes);
  Bytes vectors = lanes;
  fast().transpose(vectors.data(), 2);
  for (std::size_t block = 0; block < 2; ++block) {
    for (std::size_t v = 0; v < kBlockVectors; ++v) {
      for (std::size_t j = 0; j < 256; ++j) {
        const std::uint8_t byte = vectors[(block * kBlockVectors + v) * 32 + j / 8];
        ASSERT_EQ(((byte >> (j % 8)) & 1) != 0, bit_of(lanes, block, j, v));
      }
    }
  }
}

/// What the functionals give for one path.
struct Sums {
  explicit Sums(std::size_t blocks)
      : a(blocks * kBlockVectors * 16),
        b(a.size()),
        c(a.size()),
        linear(blocks * mpc::kLinearRows * kLaneBytes) {}

  mpc::FunctionalOutputs out() {
    return mpc::FunctionalOutputs{a.data(), b.data(), c.data(), linear.data()};
  }

  Bytes a;
  Bytes b;
  Bytes c;
  Bytes linear;
};

TEST_P(Kernels, Functionals) {
  constexpr std::size_t kBlocks = 3;
  auto matrix = std::make_unique<mpc::FunctionalMatrix>();
  for (auto& group : *matrix) {
    random_.fill(group);
  }
  for (const Fill fill : kFills) {
    const Bytes lanes = bytes(kBlocks * 256 * kLaneBytes, fill);
    Sums mine(kBlocks);
    Sums theirs(kBlocks);
    fast().functionals(lanes.data(), *matrix, mine.out(), kBlocks);
    reference().functionals(lanes.data(), *matrix, theirs.out(), kBlocks);
    EXPECT_EQ(mine.a, theirs.a);
    EXPECT_EQ(mine.b, theirs.b);
    EXPECT_EQ(mine.c, theirs.c);
    EXPECT_EQ(mine.linear, theirs.linear);
  }
}

TEST_P(Kernels, FunctionalsAreWhatTheMatrixSays) {
  auto matrix = std::make_unique<mpc::FunctionalMatrix>();
  for (auto& group : *matrix) {
    random_.fill(group);
  }
  const Bytes lanes = bytes(256 * kLaneBytes);
  Sums sums(1);
  fast().functionals(lanes.data(), *matrix, sums.out(), 1);
  for (const std::size_t v : {0U, 1U, 63U, 64U, 130U, 255U}) {
    for (std::size_t row = 0; row < mpc::kFunctionalRows; ++row) {
      bool expected = false;
      for (std::size_t j = 0; j < 256; ++j) {
        const bool coefficient = (((*matrix)[j / 8][row] >> (j % 8)) & 1) != 0;
        expected ^= coefficient && bit_of(lanes, 0, j, v);
      }
      const Bytes& element = row < 128 ? sums.a : row < 256 ? sums.b : sums.c;
      EXPECT_EQ((element[16 * v + row % 128 / 8] >> (row % 8)) & 1, expected ? 1 : 0);
    }
    unsigned index = 0;
    bool parity = false;
    for (std::size_t j = 0; j < 256; ++j) {
      index ^= bit_of(lanes, 0, j, v) ? static_cast<unsigned>(j) : 0;
      parity ^= bit_of(lanes, 0, j, v);
    }
    for (std::size_t bit = 0; bit < 9; ++bit) {
      const bool got = ((sums.linear[bit * kLaneBytes + v / 8] >> (v % 8)) & 1) != 0;
      EXPECT_EQ(got, bit < 8 ? ((index >> bit) & 1) != 0 : parity);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryPath,
                         Kernels,
                         ::testing::ValuesIn(mpc::kAllCpuPaths),
                         cpu_path_test_name);

}  // namespace
}  // namespace tercet::test
