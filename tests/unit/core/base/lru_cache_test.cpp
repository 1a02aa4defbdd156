#include "core/base/lru_cache.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace tercet::test {
namespace {

TEST(LruCache, PushesOutWhatWasUsedLongestAgo) {
  LruCache<std::string, int> cache(2);
  cache.put("a", 1);
  cache.put("b", 2);
  ASSERT_NE(cache.use("a"), nullptr);
  cache.put("c", 3);
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ(cache.use("b"), nullptr);
  ASSERT_NE(cache.use("a"), nullptr);
  EXPECT_EQ(*cache.use("a"), 1);
  EXPECT_EQ(*cache.use("c"), 3);
}

TEST(LruCache, ReplacesWithoutPushingOut) {
  LruCache<std::string, int> cache(2);
  cache.put("a", 1);
  cache.put("b", 2);
  cache.put("a", 3);
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_EQ(*cache.use("a"), 3);
  EXPECT_EQ(*cache.use("b"), 2);
}

TEST(LruCache, LetsGoOfWhatItPushesOutOrErases) {
  LruCache<std::string, std::shared_ptr<int>> cache(1);
  const auto first = std::make_shared<int>(1);
  const auto second = std::make_shared<int>(2);
  cache.put("a", first);
  cache.put("b", second);
  EXPECT_EQ(first.use_count(), 1);
  EXPECT_EQ(second.use_count(), 2);
  cache.erase("b");
  cache.erase("b");
  EXPECT_EQ(second.use_count(), 1);
  EXPECT_EQ(cache.size(), 0U);
}

}  // namespace
}  // namespace tercet::test
