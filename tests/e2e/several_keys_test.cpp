// A node that is lost while many keys are made: what was told of each key is true, and the call
// that the command names at its end makes the rest.

#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/e2e/cluster.h"
#include "tests/e2e/needles.h"
#include "tests/e2e/operations.h"
#include "tests/e2e/running_command.h"

namespace tercet::test {
namespace {

constexpr std::size_t kSeveral = 200;
constexpr Milliseconds kSeveralLimit{90'000};

std::string name_of_several(std::size_t number) {
  return "several-" + std::to_string(number);
}

std::set<std::string> names_from(std::size_t first) {
  std::set<std::string> out;
  for (std::size_t i = first; i <= kSeveral; ++i) {
    out.insert(name_of_several(i));
  }
  return out;
}

/// The keys of the lines "KEY created".
std::set<std::string> told_as_made(const std::string& output) {
  std::set<std::string> out;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (const std::size_t at = line.find(" created"); at != std::string::npos) {
      out.insert(line.substr(0, at));
    }
  }
  return out;
}

/// The rest of the line behind `mark`.
std::string behind(const std::string& output, const std::string& mark) {
  const std::size_t at = output.find(mark);
  EXPECT_NE(at, std::string::npos) << mark << " is not in " << output;
  return at == std::string::npos
             ? ""
             : output.substr(at + mark.size(), output.find('\n', at) - at - mark.size());
}

/// Those named in "... keys were not made: A, B; not begun: C to D".
std::set<std::string> told_as_not_made(const std::string& output) {
  const std::string told = behind(output, " keys were not made: ");
  const std::size_t not_begun = told.find("; not begun: ");
  std::set<std::string> out;
  std::istringstream failed(told.substr(0, not_begun));
  for (std::string name; failed >> name;) {
    out.insert(name.substr(0, name.find(',')));
  }
  if (not_begun != std::string::npos) {
    const std::size_t first = told.find("several-", not_begun) + std::string("several-").size();
    out.merge(names_from(std::stoul(told.substr(first))));
  }
  return out;
}

void expect_serving(const std::set<std::string>& keys) {
  XksClient client(live_cluster().proxy());
  for (const std::string& key : keys) {
    EXPECT_TRUE(eventually(
        [&] {
          return client.post("/keys/" + key + "/encrypt", encrypt_body("several", "aad")).status ==
                 200;
        },
        kSeveralLimit))
        << key;
  }
}

TEST(SeveralKeys, WithANodeLostMidwayAreMadeAsToldAndTheRestByTheNamedCall) {
  ASSERT_TRUE(eventually(all_serve, kSeveralLimit));
  const std::string file = live_cluster().file("several.out");
  RunningCommand creating({programs_folder() + "/tercet",
                           "key",
                           "create",
                           "--id",
                           "several",
                           "--count",
                           std::to_string(kSeveral),
                           "--timeout-s",
                           "30",
                           "--config",
                           live_cluster().file("admin.yaml")},
                          file);
  const auto says = [&](const char* what) {
    return eventually([&] { return read_whole_file(file).find(what) != std::string::npos; },
                      kSeveralLimit);
  };
  ASSERT_TRUE(says("created"));
  live_cluster().kill("node-2");
  EXPECT_TRUE(says("node-2 cannot be reached"));
  ASSERT_TRUE(live_cluster().start("node-2").ok());
  const CommandResult cut = creating.wait();
  EXPECT_EQ(cut.exit_code, 3) << cut.output;

  const std::set<std::string> made = told_as_made(cut.output);
  std::set<std::string> all = told_as_not_made(cut.output);
  for (const std::string& key : made) {
    EXPECT_FALSE(all.contains(key)) << key << " is told as both";
  }
  all.insert(made.begin(), made.end());
  EXPECT_EQ(all, names_from(1)) << cut.output;
  ASSERT_TRUE(eventually(all_serve, kSeveralLimit));
  expect_serving(made);

  std::vector<std::string> words;
  std::istringstream call(behind(cut.output, "is then made by the same call: tercet "));
  for (std::string word; call >> word;) {
    words.push_back(word);
  }
  words.insert(words.begin(), programs_folder() + "/tercet");
  const CommandResult again = run_command(words);
  EXPECT_TRUE(again.done()) << again.output;
  expect_serving(names_from(1));
}

}  // namespace
}  // namespace tercet::test
