#include "node/cli/keys_not_made.h"

#include <string>

#include <gtest/gtest.h>

#include "node/cli/arguments.h"

namespace tercet::cli {
namespace {

std::vector<node::CreateKey> wanted_row(std::size_t count) {
  std::vector<node::CreateKey> out;
  for (std::size_t i = 1; i <= count; ++i) {
    out.emplace_back(KeyId::parse("row-" + std::to_string(i)).value());
  }
  return out;
}

TEST(KeysNotMade, AreNamedWhetherTheyFailedOrWereNotBegun) {
  const std::vector<node::CreateKey> wanted = wanted_row(6);
  KeysNotMade not_made;
  for (std::size_t i = 0; i < 4; ++i) {
    not_made.ended(wanted[i].key, i == 0 || i == 2 ? kExitUnreachable : kExitDone);
  }
  EXPECT_EQ(not_made.text(wanted),
            "4 of 6 keys were not made: row-1, row-3; not begun: row-5 to row-6");
  testing::internal::CaptureStderr();
  EXPECT_EQ(not_made.tell(wanted, "tercet key create --again"), kExitUnreachable);
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("by the same call: tercet key create --again\n"), std::string::npos) << told;
}

TEST(KeysNotMade, OfThousandsTheFirstAreNamed) {
  const std::vector<node::CreateKey> wanted = wanted_row(1000);
  KeysNotMade not_made;
  for (const node::CreateKey& key : wanted) {
    not_made.ended(key.key, kExitFailed);
  }
  const std::string text = not_made.text(wanted);
  EXPECT_NE(text.find("row-32, ..."), std::string::npos) << text;
  EXPECT_EQ(text.find("not begun"), std::string::npos) << text;
}

TEST(KeysNotMade, NothingIsToldWhereAllWereMade) {
  const std::vector<node::CreateKey> wanted = wanted_row(2);
  KeysNotMade not_made;
  for (const node::CreateKey& key : wanted) {
    not_made.ended(key.key, kExitDone);
  }
  testing::internal::CaptureStderr();
  EXPECT_EQ(not_made.tell(wanted, "call"), kExitDone);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace tercet::cli
