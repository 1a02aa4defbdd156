#include "core/base/ids.h"

#include <string>

#include <gtest/gtest.h>

namespace tercet {
namespace {

TEST(KeyId, AcceptsTheCharactersOfTheReference) {
  EXPECT_TRUE(KeyId::parse("a").ok());
  EXPECT_TRUE(KeyId::parse("demo.key-01_A").ok());
  EXPECT_TRUE(KeyId::parse(std::string(128, 'x')).ok());
}

TEST(KeyId, RefusesEverythingElse) {
  for (const std::string& text : {std::string(),
                                  std::string("."),
                                  std::string(".."),
                                  std::string("a/b"),
                                  std::string("a b"),
                                  std::string("%66oo"),
                                  std::string(129, 'x')}) {
    EXPECT_FALSE(KeyId::parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace tercet
