// A rule of the life of a key is a switch that switches something, and what happens without it is
// found: by the simulator, or by the models of tests/property/node.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/lint/source_tree.h"

namespace tercet::lint {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream file(std::filesystem::path(TERCET_SOURCE_DIR) / path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::set<std::string> names_in(const std::string& text, const std::string& pattern) {
  const std::regex wanted(pattern);
  std::set<std::string> out;
  for (std::sregex_iterator at(text.begin(), text.end(), wanted), end; at != end; ++at) {
    out.insert((*at)[1]);
  }
  return out;
}

/// What stands behind `before` and in front of `after`, in all sources below the folder.
std::set<std::string> names_below(const std::string& folder,
                                  const std::string& before,
                                  const std::string& after) {
  std::set<std::string> out;
  for (const SourceFile& file : source_tree()) {
    if (file.path.starts_with(folder)) {
      for (const std::string& line : file.code) {
        if (line.find(before) != std::string::npos) {
          out.merge(names_in(line, before + "([a-z_]+)" + after));
        }
      }
    }
  }
  return out;
}

std::set<std::string> all_rules() {
  return names_in(file_text("node/decision/life_rules.h"), "constexpr bool ([a-z_]+) = true");
}

/// As `tercet-sim --rules` lists them.
std::set<std::string> simulated_rules() {
  return names_in(file_text("tests/sim/rules/weakened_rules.cpp"), "\\{\"([a-z_]+)\", life<");
}

TEST(LifeRules, AreAllAskedFor) {
  std::set<std::string> by_code = names_below("node/", "Rules::", "");
  by_code.merge(names_below("tests/property/node/", "Rules::", ""));
  EXPECT_GE(all_rules().size(), 20U);
  for (const std::string& rule : all_rules()) {
    EXPECT_TRUE(by_code.contains(rule)) << "the switch " << rule << " switches nothing";
  }
}

TEST(LifeRules, AreAllTakenOut) {
  const std::set<std::string> by_models =
      names_below("tests/property/node/", "constexpr bool ", " = false");
  // Of a model with one key, where one open vote sees to it already.
  const std::set<std::string> argued = {"equal_lists"};
  for (const std::string& rule : all_rules()) {
    EXPECT_TRUE(simulated_rules().contains(rule) || by_models.contains(rule) ||
                argued.contains(rule))
        << "no test shows what happens without " << rule;
  }
}

TEST(LifeRules, HaveAFindingEach) {
  const std::set<std::string> findings =
      names_in(file_text("tests/sim/CMakeLists.txt"), "\nsim_finds\\(([a-z_]+) ");
  EXPECT_EQ(findings, simulated_rules()) << "tests/sim/CMakeLists.txt: sim_finds(RULE ...)";
  const std::set<std::string> told =
      names_in(file_text("docs/simulator.md"), "\n\\| `([a-z_]+)` \\| `[a-z_]+` \\|");
  EXPECT_EQ(told, simulated_rules()) << "docs/simulator.md: the table of rules";
}

}  // namespace
}  // namespace tercet::lint
