// Calls that have no place in the product, and those that have none near secrets.

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/lint/source_tree.h"

namespace tercet::lint {
namespace {

struct Ban {
  std::string_view word;
  std::vector<std::string_view> in;       ///< folders where it is banned
  std::vector<std::string_view> but_not;  ///< exceptions
  std::string_view instead;
};

const std::vector<std::string_view>& product() {
  static const std::vector<std::string_view> folders = {"core/", "mpc/", "node/", "proxy/"};
  return folders;
}

const std::vector<Ban>& bans() {
  static const std::vector<Ban> table = {
      {"rand", product(), {}, "RandomSource"},
      {"random_device", product(), {}, "RandomSource"},
      {"mt19937", product(), {}, "RandomSource"},
      {"assert", product(), {}, "TERCET_CHECK or an error value"},
      {"this_thread", product(), {"core/time/"}, "sleep_until of core/async"},
      {"usleep", product(), {}, "sleep_until of core/async"},
      {"detached", product(), {"core/async/"}, "TaskGroup"},
      {"co_spawn", product(), {"core/async/"}, "TaskGroup"},
      {"memcmp", {"mpc/", "core/ct/", "core/secret/", "core/sigv4/"}, {}, "ct::equal"},
      {"CRYPTO_memcmp", product(), {"core/ct/", "core/crypto/"}, "ct::equal"},
      // Everything depends on messages, randomness, disk and the clocks that are passed in.
      {"system_clock", product(), {"core/time/"}, "WallClock; protocols know no time"},
      {"steady_clock", product(), {"core/time/"}, "Clock; protocols know no time"},
      {"steady_timer", product(), {"core/time/"}, "sleep_until of core/async, or Timer"},
      {"high_resolution_clock", product(), {}, "Clock"},
      {"clock_gettime", product(), {}, "Clock or WallClock"},
      {"gettimeofday", product(), {}, "WallClock"},
      {"std::time", product(), {}, "WallClock"},
      {"std::thread",
       product(),
       {"core/time/", "core/log/background_log", "node/daemon/bulk_thread"},
       "an executor"},
      {"std::jthread", product(), {}, "an executor"},
      {"std::async", product(), {}, "an executor"},
      {"thread_pool", product(), {}, "an executor"},
      {"pause_thread", product(), {"core/time/", "node/cli/"}, "sleep_until of core/async"},
      {"system_wall_clock",
       product(),
       {"core/time/",
        "core/log/",
        "core/http/http_date",
        "node/cli/",
        "node/daemon/",
        "proxy/daemon/"},
       "the WallClock that is passed in"},
      {"real_clock", product(), {"core/time/", "node/cli/"}, "clock_of the executor"},
      {"with_any_key", product(), {"core/net/tls_config.h"}, "a TlsPeer with pins"},
      {"std::cout", {"core/", "mpc/", "proxy/"}, {}, "Logger, or Error"},
      {"ToyEngine", product(), {}, "table_engine()"},
      {"strcpy", product(), {}, "std::string"},
      {"sprintf", product(), {}, "std::snprintf"},
  };
  return table;
}

TEST(BannedCalls, DoNotAppear) {
  for (const SourceFile& file : source_tree()) {
    for (const Ban& ban : bans()) {
      if (!starts_with_any(file.path, ban.in) || starts_with_any(file.path, ban.but_not)) {
        continue;
      }
      for (std::size_t i = 0; i < file.code.size(); ++i) {
        EXPECT_FALSE(has_word(file.code[i], ban.word))
            << place(file, i) << ": " << ban.word << " is banned here; use " << ban.instead;
      }
    }
  }
}

/// Only the importer's tool and tests may turn a known value into shares, or shares into a value.
TEST(KnownValues, AreSharedAndRebuiltByTestsAndTheImporterOnly) {
  const std::vector<std::string_view> words = {
      "share_known_value", "reconstruct", "reconstruct_bytes", "split_key"};
  const std::vector<std::string_view> allowed = {"tests/", "bench/", "node/cli/"};
  for (const SourceFile& file : source_tree()) {
    if (starts_with_any(file.path, allowed)) {
      continue;
    }
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      for (const std::string_view word : words) {
        EXPECT_FALSE(has_word(file.code[i], word)) << place(file, i) << ": " << word;
      }
    }
  }
}

/// A value rebuilt by hand is the XOR of three components; no product file touches a third one.
TEST(KnownValues, NoProductFileNamesAllThreeComponentsOfAValue) {
  for (const SourceFile& file : source_tree()) {
    if (!file.path.starts_with("mpc/") && !file.path.starts_with("node/")) {
      continue;
    }
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      const std::string& line = file.code[i];
      const bool all = has_word(line, "own") && has_word(line, "next") &&
                       has_word(line, "missing") && line.find('^') != std::string::npos;
      EXPECT_FALSE(all) << place(file, i) << ": " << line;
    }
  }
}

TEST(Exits, ProductCodeHasNoTestHooks) {
  for (const SourceFile& file : source_tree()) {
    if (!starts_with_any(file.path, product())) {
      continue;
    }
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      const std::string& line = file.code[i];
      EXPECT_FALSE(line.starts_with("#if") && line.find("TEST") != std::string::npos)
          << place(file, i);
    }
  }
}

}  // namespace
}  // namespace tercet::lint
