#include "mpc/verify/pair_hash.h"

#include <algorithm>
#include <optional>

#include <gtest/gtest.h>

#include "core/random/deterministic.h"
#include "tests/support/cpu_paths.h"
#include "tests/support/memory_network.h"

namespace tercet::test {
namespace {

class PairHashes : public ::testing::TestWithParam<mpc::CpuPath> {
 protected:
  void SetUp() override {
    TERCET_SKIP_WITHOUT(GetParam());
    path_.emplace(GetParam());
    DeterministicRandom(std::uint64_t{3}).fill(data_);
  }

  mpc::PairHash fresh() const { return mpc::PairHash(*secrets_[0].with_next, sid_); }

  Sha256Digest hash(ByteView data) const {
    mpc::PairHash hash = fresh();
    hash.update(data);
    return hash.finish();
  }

  std::optional<UseCpuPath> path_;
  std::array<mpc::PairSecrets, 3> secrets_ = test_pair_secrets(1);
  SessionId sid_;
  Bytes data_ = Bytes(3 * 4096 + 100);
};

TEST_P(PairHashes, BothHoldersComputeTheSame) {
  mpc::PairHash other(*secrets_[1].with_previous, sid_);
  other.update(data_);
  EXPECT_EQ(other.finish(), hash(data_));
}

TEST_P(PairHashes, DoNotDependOnTheCuts) {
  for (const std::size_t piece : {1U, 15U, 16U, 4095U, 4096U, 4097U, 5000U}) {
    mpc::PairHash cut = fresh();
    for (std::size_t at = 0; at < data_.size(); at += piece) {
      cut.update(ByteView(data_).subspan(at, std::min(piece, data_.size() - at)));
    }
    EXPECT_EQ(cut.finish(), hash(data_)) << piece;
  }
}

TEST_P(PairHashes, SeeEveryByteAndTheLength) {
  const Sha256Digest before = hash(data_);
  for (std::size_t at = 0; at < data_.size(); at += 97) {
    data_[at] ^= 0x40;
    EXPECT_NE(hash(data_), before) << at;
    data_[at] ^= 0x40;
  }
  Bytes longer = data_;
  longer.push_back(0);
  EXPECT_NE(hash(longer), before);
  EXPECT_NE(hash(ByteView(data_).first(4096)), hash(ByteView(data_).first(4095)));
  EXPECT_NE(hash({}), hash(Bytes(1)));
}

TEST_P(PairHashes, SeeTwoBlocksThatChangedPlaces) {
  Bytes swapped = data_;
  std::swap_ranges(swapped.begin(), swapped.begin() + 16, swapped.begin() + 16);
  EXPECT_NE(hash(swapped), hash(data_));
  swapped = data_;
  std::swap_ranges(swapped.begin(), swapped.begin() + 4096, swapped.begin() + 4096);
  EXPECT_NE(hash(swapped), hash(data_));
}

TEST_P(PairHashes, DependOnPairAndSession) {
  mpc::PairHash other_pair(*secrets_[0].with_previous, sid_);
  other_pair.update(data_);
  EXPECT_NE(other_pair.finish(), hash(data_));
  const SessionId other_sid(sha256(data_));
  mpc::PairHash other_session(*secrets_[0].with_next, other_sid);
  other_session.update(data_);
  EXPECT_NE(other_session.finish(), hash(data_));
}

INSTANTIATE_TEST_SUITE_P(EveryPath,
                         PairHashes,
                         ::testing::ValuesIn(mpc::kAllCpuPaths),
                         cpu_path_test_name);

}  // namespace
}  // namespace tercet::test
