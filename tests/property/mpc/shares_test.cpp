// Laws of replicated sharing on random values: any two parties have everything, linear operations
// commute with reconstruction, and every component by itself is uniform.

#include <set>

#include <gtest/gtest.h>

#include "mpc/engine/engine.inl.h"
#include "mpc/field/gf2_128.h"
#include "mpc/keygen/components.h"
#include "mpc/share/view.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using mpc::Block128;
using mpc::PartyIndex;
using Shares = OfParties<mpc::ByteShares>;

constexpr std::size_t kSizes[] = {0, 1, 2, 15, 16, 17, 255, 4096};

/// What P_i and P_{i+1} have together: components i, i+1 and i+2.
Bytes of_two(const mpc::ByteShares& party, const mpc::ByteShares& next_party) {
  return xor_of(xor_of(own_of(party), next_of(party)), next_of(next_party));
}

/// The value, which every pair gives alike.
Bytes value_of(const Shares& shares) {
  const Bytes value = of_two(shares[0], shares[1]);
  EXPECT_EQ(of_two(shares[1], shares[2]), value);
  EXPECT_EQ(of_two(shares[2], shares[0]), value);
  EXPECT_EQ(opened(shares), value);  // and the copies agree
  return value;
}

Bytes random_bytes(RandomSource& random, std::size_t size) {
  Bytes out(size);
  random.fill(out);
  return out;
}

class SharingLaws : public ::testing::Test {
 protected:
  EngineCluster cluster_{21};
  RandomSource& random_ = cluster_.random();
};

TEST_F(SharingLaws, AnyTwoPartiesReconstruct) {
  for (const std::size_t size : kSizes) {
    const Bytes value = random_bytes(random_, size);
    EXPECT_EQ(value_of(split(value, random_)), value);
  }
}

TEST_F(SharingLaws, XorCommutesWithReconstruction) {
  for (const std::size_t size : kSizes) {
    const Bytes a = random_bytes(random_, size);
    const Bytes b = random_bytes(random_, size);
    const Bytes known = random_bytes(random_, size);
    Shares sum = split(a, random_);
    const Shares other = split(b, random_);
    for (const PartyIndex party : mpc::kAllParties) {
      mpc::xor_into(sum[place(party)], other[place(party)]);
      mpc::xor_public(party, sum[place(party)], known);
    }
    EXPECT_EQ(value_of(sum), xor_of(xor_of(a, b), known));
  }
}

TEST_F(SharingLaws, ProductsWithPublicElementsAndSquaresCommuteWithReconstruction) {
  for (const std::size_t count : {1U, 2U, 7U, 64U}) {
    const Bytes value = random_bytes(random_, 16 * count);
    const Block128 factor = mpc::load_block(random_bytes(random_, 16));
    Shares scaled = split(value, random_);
    Shares squared;
    for (std::size_t i = 0; i < scaled.size(); ++i) {
      squared[i] = std::move(mpc::square(mpc::BlockShares(scaled[i].clone())).bytes);
      for (SecretBytes* component : {&scaled[i].own, &scaled[i].next}) {
        const MutableByteView bytes = mpc::mutable_view_of(*component);
        mpc::multiply_all(factor, bytes, bytes);
      }
    }
    Bytes expected(value.size());
    mpc::multiply_all(factor, value, expected);
    EXPECT_EQ(value_of(scaled), expected);
    mpc::square_each(value, expected);
    EXPECT_EQ(value_of(squared), expected);
  }
}

TEST_F(SharingLaws, SlicesCommuteWithReconstruction) {
  const Bytes value = random_bytes(random_, 100);
  const Shares shares = split(value, random_);
  Shares middle;
  Shares stored;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    middle[i] = shares[i].slice(13, 50);
    stored[i] = mpc::ByteShares(60);
    mpc::store_slice(stored[i], 10, middle[i]);
  }
  const Bytes expected(value.begin() + 13, value.begin() + 63);
  EXPECT_EQ(value_of(middle), expected);
  Bytes padded(10);
  padded.insert(padded.end(), expected.begin(), expected.end());
  EXPECT_EQ(value_of(stored), padded);
}

/// Chi-square of bytes against the uniform distribution, 255 degrees of freedom: mean 255, standard
/// deviation 22.6. The seeds are fixed, so this holds or fails for good.
void expect_uniform(ByteView bytes, std::string_view what) {
  ASSERT_GE(bytes.size(), 8192U);
  std::array<double, 256> seen{};
  for (const std::uint8_t byte : bytes) {
    ++seen[byte];
  }
  const double expected = static_cast<double>(bytes.size()) / 256;
  double chi_square = 0;
  for (const double count : seen) {
    chi_square += (count - expected) * (count - expected) / expected;
  }
  EXPECT_GT(chi_square, 150) << what;
  EXPECT_LT(chi_square, 370) << what;
}

/// Components of many sharings of one key, one after the other.
class ManyComponents {
 public:
  void add(const mpc::ByteShares& shares) {
    for (const auto& [component, into] :
         {std::pair(own_of(shares), &own), std::pair(next_of(shares), &next)}) {
      into->insert(into->end(), component.begin(), component.end());
    }
  }

  void expect_uniform_each(std::string_view what) const {
    expect_uniform(own, what);
    expect_uniform(next, what);
    expect_uniform(xor_of(own, next), what);
  }

  Bytes own;
  Bytes next;
};

constexpr int kSharings = 1024;

/// Contributions that the holders of one component sent each other.
class Contributions {
 public:
  explicit Contributions(RandomSource& random)
      : lower(SecretBytes::random(32, random)), higher(SecretBytes::random(32, random)) {}

  SecretBytes lower;   ///< of P_{j-1}
  SecretBytes higher;  ///< of P_j
};

TEST_F(SharingLaws, EachComponentOfACreatedKeyIsUniform) {
  OfParties<ManyComponents> nodes;
  for (int n = 0; n < kSharings; ++n) {
    const auto session = cluster_.session();
    const OfParties<Contributions> of = {
        Contributions(random_), Contributions(random_), Contributions(random_)};
    Shares key;
    for (const PartyIndex party : mpc::kAllParties) {
      const Contributions& own = of[place(party)];
      const Contributions& next = of[place(mpc::next(party))];
      const mpc::HolderBytes bytes(next.lower, next.higher, own.higher, own.lower);
      key[place(party)] =
          mpc::create_components(session->party(party), cluster_.key_name(), bytes).value();
      nodes[place(party)].add(key[place(party)]);
    }
    value_of(key);
  }
  for (const ManyComponents& node : nodes) {
    node.expect_uniform_each("created");
  }
}

TEST_F(SharingLaws, EachComponentOfOneDealtKeyIsUniform) {
  OfParties<ManyComponents> nodes;
  for (int n = 0; n < kSharings; ++n) {
    const Shares key = split(Bytes(32, 0x00), random_);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      nodes[i].add(key[i]);
    }
  }
  for (const ManyComponents& node : nodes) {
    node.expect_uniform_each("dealt");
  }
}

/// Whatever a node derives from its components of a key of zeros.
TEST_F(SharingLaws, EachComponentOfDerivedValuesIsUniform) {
  const ThreeKeys keys = cluster_.derive_key(Bytes(32, 0x00));
  for (const auto& key : keys) {
    ManyComponents powers;
    powers.add(key->h_powers().bytes);
    powers.expect_uniform_each("powers of H");
  }
}

TEST_F(SharingLaws, IvsOfManySessionsDoNotRepeat) {
  constexpr std::size_t kSessions = 2000;
  constexpr std::size_t kSlots = 16;
  std::set<mpc::Iv> seen;
  Bytes all;
  for (std::size_t n = 0; n < kSessions; ++n) {
    const auto session = cluster_.session();
    Shares shares;
    for (const PartyIndex party : mpc::kAllParties) {
      shares[place(party)] = mpc::engine_detail::iv_shares(session->party(party), kSlots);
    }
    const Bytes ivs = opened(shares);
    all.insert(all.end(), ivs.begin(), ivs.end());
    for (const mpc::Iv& iv : mpc::engine_detail::split_ivs(ivs)) {
      seen.insert(iv);
    }
  }
  EXPECT_EQ(seen.size(), kSessions * kSlots);
  expect_uniform(all, "IVs");
}

}  // namespace
}  // namespace tercet::test
