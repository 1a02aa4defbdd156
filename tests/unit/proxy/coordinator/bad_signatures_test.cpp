#include "proxy/coordinator/bad_signatures.h"

#include <gtest/gtest.h>

namespace tercet::proxy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(BadSignatures, AreManyAboveTenInTenSeconds) {
  BadSignatures bad;
  const SteadyTime start{};
  for (int i = 0; i < 10; ++i) {
    bad.add(start + milliseconds(i));
  }
  EXPECT_FALSE(bad.many(start + seconds(1)));

  bad.add(start + seconds(1));

  EXPECT_TRUE(bad.many(start + seconds(2)));
}

TEST(BadSignatures, AreForgottenAfterTenSeconds) {
  BadSignatures bad;
  const SteadyTime start{};
  for (int i = 0; i < 1000; ++i) {
    bad.add(start);
  }

  EXPECT_TRUE(bad.many(start + seconds(10)));
  EXPECT_FALSE(bad.many(start + milliseconds(10001)));
}

}  // namespace
}  // namespace tercet::proxy
