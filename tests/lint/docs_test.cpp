// What README and docs/ say must be true of the tree: links, paths, metrics, log events, commands.

#include <algorithm>
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

namespace fs = std::filesystem;

const fs::path kRoot(TERCET_SOURCE_DIR);

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> pages() {
  std::vector<fs::path> out = {kRoot / "README.md"};
  for (const fs::directory_entry& entry : fs::directory_iterator(kRoot / "docs")) {
    if (entry.path().extension() == ".md") {
      out.push_back(entry.path());
    }
  }
  return out;
}

/// The first group of every match.
std::set<std::string> found(const std::string& text, const std::string& pattern) {
  const std::regex wanted(pattern);
  std::set<std::string> out;
  for (std::sregex_iterator at(text.begin(), text.end(), wanted), end; at != end; ++at) {
    out.insert((*at)[1]);
  }
  return out;
}

/// The same over all sources of the programs whose path has this prefix.
std::set<std::string> found_in_code(const std::string& prefix, const std::string& pattern) {
  std::set<std::string> out;
  for (const SourceFile& file : source_tree()) {
    if (file.path.starts_with(prefix)) {
      std::string text;
      for (const std::string& line : file.lines) {
        text += line + '\n';
      }
      out.merge(found(text, pattern));
    }
  }
  return out;
}

/// What stands between backticks, and the lines set as code by four spaces.
std::vector<std::string> code_of(const std::string& text) {
  std::vector<std::string> out;
  const std::regex inline_code("`([^`\n]+)`|(?:^|\n)    ([^\n]+)");
  for (std::sregex_iterator at(text.begin(), text.end(), inline_code), end; at != end; ++at) {
    out.push_back((*at)[1].matched ? (*at)[1] : (*at)[2]);
  }
  return out;
}

TEST(Docs, RelativeLinksResolve) {
  std::size_t links = 0;
  for (const fs::path& page : pages()) {
    for (const std::string& link : found(text_of(page), R"(\]\(([^)#:]+)(?:#[^)]*)?\))")) {
      EXPECT_TRUE(fs::exists(page.parent_path() / link)) << page << " links to " << link;
      ++links;
    }
  }
  EXPECT_GE(links, 5U);
}

TEST(Docs, PathsInCodeExist) {
  const std::regex ours("(core|mpc|node|proxy|tests|bench|configs|docs)/[A-Za-z0-9_./-]*");
  for (const fs::path& page : pages()) {
    for (const std::string& code : code_of(text_of(page))) {
      if (std::regex_match(code, ours)) {
        EXPECT_TRUE(fs::exists(kRoot / code)) << page << " names " << code;
      }
    }
  }
}

TEST(Docs, EveryMetricIsDocumentedAndExists) {
  const std::string metric = "(tercet_(?:node|proxy)_[a-z_]+[a-z])";
  std::set<std::string> exist = found_in_code("node/", '"' + metric + '"');
  exist.merge(found_in_code("proxy/", '"' + metric + '"'));
  // Those of links are put together of parts: core/net/tls_frame_link.cpp. Only nodes have meters.
  for (const std::string& what : found_in_code("core/net/", R"x(kind, "([a-z]+)", ")x")) {
    exist.insert("tercet_node_link_sent_" + what + "_total");
  }
  EXPECT_GT(exist.size(), 30U);
  const std::set<std::string> listed =
      found(text_of(kRoot / "docs" / "api.md"), '`' + metric + '`');
  EXPECT_EQ(exist, listed);
  for (const fs::path& page : pages()) {
    for (const std::string& name : found(text_of(page), '`' + metric)) {
      EXPECT_TRUE(exist.contains(name)) << page << " names " << name;
    }
  }
}

TEST(Docs, EveryLogEventIsDocumented) {
  const std::string log_call = R"((?:\.|->)(?:error|warn|info|debug)\(\s*"([a-z_]+)\")";
  const std::string audit = R"(AuditRecord [a-z]+\((?:up \? )?"([a-z_]+)\")";
  const std::string operations = text_of(kRoot / "docs" / "operations.md");
  std::size_t events = 0;
  for (const char* folder : {"node/daemon/", "node/link/", "node/session/", "proxy/"}) {
    std::set<std::string> names = found_in_code(folder, log_call);
    names.merge(found_in_code(folder, audit));
    for (const std::string& name : names) {
      EXPECT_NE(operations.find('`' + name + '`'), std::string::npos)
          << "docs/operations.md does not explain the event " << name;
      ++events;
    }
  }
  EXPECT_GT(events, 30U);
}

TEST(Docs, CommandsExist) {
  const std::set<std::string> known = found_in_code("node/cli/", "SubCommand\\(\\s*\"([a-z -]+)\"");
  EXPECT_GT(known.size(), 8U);
  const std::string script = text_of(kRoot / "run");
  for (const fs::path& page : pages()) {
    for (const std::string& code : code_of(text_of(page))) {
      for (const std::string& command :
           found(code, "(?:^|[^a-z/-])tercet ([a-z]+(?: [a-z][a-z-]*)?)(?![a-z]*[:])")) {
        const bool single = known.contains(command.substr(0, command.find(' ')));
        const bool label = command == "command v";  // of signatures: `tercet command v1`
        EXPECT_TRUE(single || label || known.contains(command)) << page << ": tercet " << command;
      }
      for (const std::string& command : found(code, R"(\./run ([a-z]+))")) {
        EXPECT_NE(script.find("\n  " + command + ")"), std::string::npos)
            << page << ": ./run " << command;
      }
    }
  }
}

TEST(Docs, AttacksThatSecurityNamesArePlayed) {
  std::set<std::string> played;
  for (const SourceFile& file : source_tree()) {
    if (file.path.starts_with("tests/")) {
      for (const std::string& line : file.code) {
        played.merge(found(line, "Attack_([0-9]+)_[A-Za-z0-9]+[,)]"));
      }
    }
  }
  const std::string security = text_of(kRoot / "docs" / "security.md");
  std::size_t named = 0;
  for (const std::string& list : found(security, "attacks? ([0-9]+(?:, [0-9]+)*)")) {
    for (const std::string& number : found(list, "([0-9]+)")) {
      EXPECT_TRUE(played.contains(number)) << "docs/security.md relies on attack " << number;
      ++named;
    }
  }
  EXPECT_GE(named, 9U);
}

}  // namespace
}  // namespace tercet::lint
