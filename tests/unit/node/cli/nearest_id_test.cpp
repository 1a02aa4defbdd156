#include "node/cli/nearest_id.h"

#include <gtest/gtest.h>

namespace tercet::cli {
namespace {

const std::vector<std::string> kIds = {"payroll-2025", "payroll-2026", "team-1", "k"};

TEST(NearestId, IsWhatAPersonMeant) {
  EXPECT_EQ(nearest_id("payrol-2026", kIds), "payroll-2026");
  EXPECT_EQ(nearest_id("payrlol-2026", kIds), "payroll-2026");
  EXPECT_EQ(nearest_id("payroll_2025", kIds), "payroll-2025");
  EXPECT_EQ(nearest_id("team-11", kIds), "team-1");
  EXPECT_EQ(nearest_id("taem-2", kIds), "team-1");
}

TEST(NearestId, IsNoneThatIsFar) {
  for (const char* written : {"nosuch", "x", "kk", "", "payroll", "team"}) {
    EXPECT_EQ(nearest_id(written, {"payroll-2025", "k"}), std::nullopt) << written;
  }
}

}  // namespace
}  // namespace tercet::cli
