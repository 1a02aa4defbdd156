#include "node/cli/wanted_keys.h"

#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace tercet::test {
namespace {

using cli::Arguments;

ClusterConfig with_stores(const std::vector<std::string>& names) {
  ClusterConfig cluster;
  for (const std::string& name : names) {
    cluster.stores.emplace_back().name = name;
  }
  return cluster;
}

Arguments words(const std::map<std::string, std::string>& given) {
  Arguments out;
  for (const auto& [name, value] : given) {
    out.add(name, value);
  }
  return out;
}

std::vector<std::string> ids(const std::vector<node::CreateKey>& keys) {
  std::vector<std::string> out;
  for (const node::CreateKey& key : keys) {
    out.push_back(key.key.text());
  }
  return out;
}

std::string refusal(const Result<std::vector<node::CreateKey>>& wanted) {
  return wanted ? "accepted" : wanted.error().what();
}

TEST(WantedKeys, AreOneOrSoManyOfAName) {
  const ClusterConfig cluster = with_stores({"dev"});
  const auto one = cli::wanted_keys(words({{"--id", "k"}}), cluster);
  ASSERT_TRUE(one.ok()) << one.error().to_string();
  EXPECT_EQ(ids(*one), std::vector<std::string>{"k"});
  const auto three =
      cli::wanted_keys(words({{"--id", "k"}, {"--count", "3"}, {"--usage", "decrypt"}}), cluster);
  ASSERT_TRUE(three.ok()) << three.error().to_string();
  EXPECT_EQ(ids(*three), (std::vector<std::string>{"k-1", "k-2", "k-3"}));
  EXPECT_EQ(node::print_usage(three->back().terms.usage), "decrypt");
  for (const char* count : {"0", "100001", "-1", "x", ""}) {
    EXPECT_FALSE(cli::wanted_keys(words({{"--id", "k"}, {"--count", count}}), cluster).ok());
  }
  EXPECT_FALSE(
      cli::wanted_keys(words({{"--id", std::string(127, 'k')}, {"--count", "9"}}), cluster).ok());
  EXPECT_FALSE(cli::wanted_keys(words({{"--count", "9"}}), cluster).ok());
  EXPECT_FALSE(cli::wanted_keys(words({{"--id", "k"}, {"--file", "f"}}), cluster).ok());
}

TEST(WantedKeys, OfAListHaveTermsOfTheirOwn) {
  const auto keys = cli::parse_key_list(
      "# comment\n"
      "\n"
      "a\n"
      "  b --usage encrypt --disabled\r\n"
      "c --no-store\n"
      "d --store other --usage=none",
      words({{"--store", "dev"}, {"--usage", "decrypt"}}),
      with_stores({"dev", "other"}));
  ASSERT_TRUE(keys.ok()) << keys.error().to_string();
  EXPECT_EQ(ids(*keys), (std::vector<std::string>{"a", "b", "c", "d"}));
  const auto said = [&](std::size_t i) {
    const node::KeyTerms& terms = keys->at(i).terms;
    return terms.store + " " + node::print_usage(terms.usage) + (terms.enabled ? "" : " disabled");
  };
  EXPECT_EQ(said(0), "dev decrypt");
  EXPECT_EQ(said(1), "dev encrypt disabled");
  EXPECT_EQ(said(2), " decrypt");
  EXPECT_EQ(said(3), "other none");
}

TEST(WantedKeys, OfAListAreRefusedWithTheLine) {
  const ClusterConfig cluster = with_stores({"dev"});
  const auto refused = [&](std::string_view text) {
    return refusal(cli::parse_key_list(text, Arguments(), cluster));
  };
  EXPECT_TRUE(refused("a\nb --usag encrypt\n").starts_with("line 2: ")) << refused("b --usag x");
  EXPECT_TRUE(refused("a b\n").starts_with("line 1: "));
  EXPECT_TRUE(refused("a/b\n").starts_with("line 1: "));
  EXPECT_TRUE(refused("a\n\nb --store none-such").starts_with("line 3: "));
  EXPECT_TRUE(refused("a --id b").starts_with("line 1: "));
  EXPECT_EQ(refused("a\nb\na --disabled"), "line 3: a was named before");
  EXPECT_EQ(refused("# nothing\n"), "the list names no key");
}

TEST(WantedKeys, OfAListAreBounded) {
  std::string text;
  for (std::size_t i = 0; i <= cli::kWantedKeysMax; ++i) {
    text += "k" + std::to_string(i) + "\n";
  }
  const ClusterConfig cluster = with_stores({"dev"});
  EXPECT_EQ(refusal(cli::parse_key_list(text, Arguments(), cluster)),
            "line 100001: more than 100000 keys");
  const TemporaryDirectory dir;
  const std::string path = dir.path() + "/list";
  const auto from_file = [&] { return cli::wanted_keys(words({{"--file", path}}), cluster); };
  EXPECT_EQ(from_file().error().code(), Errc::not_found);
  std::ofstream(path) << "a\nb\n";
  ASSERT_TRUE(from_file().ok());
  EXPECT_EQ(from_file()->size(), 2U);
  std::ofstream(path) << std::string(cli::kWantedFileBytesMax + 1, '\n');
  EXPECT_EQ(from_file().error().code(), Errc::not_found);
}

}  // namespace
}  // namespace tercet::test
