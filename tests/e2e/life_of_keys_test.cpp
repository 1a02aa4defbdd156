// Nodes that are killed at any moment while keys are made, imported, rotated, disabled and enabled:
// what an answer called made stays the same key, before and after every restart; what was not made
// can be made; nothing stays stuck; nobody dies but who is killed.
//
//   TERCET_LIFE_ROUNDS=200 build/release/bin/e2e_life_of_keys
//
// TERCET_LIFE_SEED repeats the choices, not the moments: processes are real.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/random/random.h"
#include "tests/e2e/cluster.h"
#include "tests/e2e/key_ledger.h"
#include "tests/e2e/running_command.h"

namespace tercet::test {
namespace {

constexpr unsigned kRoundsByDefault = 6;
constexpr Milliseconds kSettleLimit{120'000};
/// Longer than anything that a command does on an idle machine; kills fall in between.
constexpr std::uint64_t kKillWithinUs = 900'000;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class LifeOfKeys : public testing::Test {
 protected:
  LifeOfKeys()
      : seed(number_from("TERCET_LIFE_SEED", std::random_device()())),
        rounds(number_from("TERCET_LIFE_ROUNDS", kRoundsByDefault)),
        random_(seed) {}

  /// Below `bound`.
  std::uint64_t draw(std::uint64_t bound) { return random_() % bound; }

  const std::string& pick(const std::vector<std::string>& names) {
    return names[draw(names.size())];
  }

  std::vector<std::string> ledger_names(bool enabled) const {
    std::vector<std::string> out;
    for (const std::string& name : ledger.names()) {
      if (ledger.enabled(name) == enabled) {
        out.push_back(name);
      }
    }
    return out;
  }

  static std::vector<std::string> tercet(std::vector<std::string> words) {
    words.insert(words.begin(), programs_folder() + "/tercet");
    words.insert(words.end(), {"--config", live_cluster().file("admin.yaml"), "--timeout-s", "20"});
    return words;
  }

  /// Runs the command and kills a node at some moment of it; the node is started again at once.
  CommandResult run_and_kill(const std::vector<std::string>& words) {
    const std::string victim = pick(kNodeNames);
    RunningCommand command(tercet(words), live_cluster().file("life-of-keys.out"));
    std::this_thread::sleep_for(std::chrono::microseconds(draw(kKillWithinUs)));
    live_cluster().kill(victim);
    const Status started = live_cluster().start(victim);
    EXPECT_TRUE(started.ok()) << started.error().to_string();
    const CommandResult result = command.wait();
    std::printf("  %s %s, %s killed: exit %d\n",
                words.at(1).c_str(),
                words.at(3).c_str(),
                victim.c_str(),
                result.exit_code);
    return result;
  }

  void create() {
    const std::string key = "made-" + std::to_string(++keys_);
    const CommandResult made = run_and_kill({"key", "create", "--id", key});
    settle();
    if (made.done()) {
      ledger.made(key, std::nullopt);
    } else {
      finish_or_make_anew(key);
    }
  }

  void import() {
    const std::string key = "imported-" + std::to_string(++keys_);
    const Bytes raw = to_bytes(system_random().array<32>());
    const std::string file = live_cluster().write_key_file(key, raw);
    const CommandResult made = run_and_kill({"key", "import", "--id", key, "--key-file", file});
    settle();
    if (made.done() || wait_until_decided(key)) {
      ledger.made(key, raw);
    }
  }

  void rotate(const std::string& key) {
    const CommandResult rotated = run_and_kill({"key", "rotate", "--id", key});
    settle();
    ledger.rotated(key);  // whether it took place or not: old ciphertexts must open
    static_cast<void>(rotated);
  }

  void change(const std::string& key, bool enable) {
    const std::string word = enable ? "enable" : "disable";
    static_cast<void>(run_and_kill({"key", word, "--id", key}));
    settle();
    // Whatever became of it: given again with all nodes there it must be done.
    const CommandResult again = live_cluster().tercet({"key", word, "--id", key});
    EXPECT_TRUE(again.done()) << again.output;
    ledger.set_enabled(key, enable);
  }

  /// Whether the key exists at all three nodes, once nothing is open about it.
  bool wait_until_decided(const std::string& key) {
    const auto show = [&] { return live_cluster().tercet({"key", "show", "--id", key, "--json"}); };
    CommandResult shown;
    EXPECT_TRUE(eventually(
        [&] {
          shown = show();
          return nothing_open();
        },
        kSettleLimit))
        << "a decision stays open: " << shown.output;
    return shown.done();
  }

  /// A creation that was not seen to end: it is made, or its id is free.
  void finish_or_make_anew(const std::string& key) {
    if (!wait_until_decided(key)) {
      const CommandResult made = live_cluster().tercet({"key", "create", "--id", key});
      // The first command may still be waiting, and then makes the key.
      EXPECT_TRUE(made.done() || wait_until_decided(key)) << key << " is stuck: " << made.output;
    }
    ledger.made(key, std::nullopt);
  }

  static bool nothing_open() {
    const ClusterStatus status;
    for (const std::string& name : kNodeNames) {
      const nlohmann::json& node = status.node(name);
      if (node.is_null() || !node.value("decisions", nlohmann::json::array()).empty()) {
        return false;
      }
    }
    return true;
  }

  /// All three are there again, and nobody else died.
  static void settle() {
    EXPECT_TRUE(eventually(all_serve, kSettleLimit)) << ClusterStatus().json.dump();
    for (const std::string& name : kNodeNames) {
      ASSERT_TRUE(live_cluster().alive(name)) << name << ": " << live_cluster().log(name);
    }
    ASSERT_TRUE(live_cluster().alive("proxy-1")) << live_cluster().log("proxy-1");
  }

  void one_round() {
    const std::vector<std::string> enabled = ledger_names(true);
    const std::vector<std::string> disabled = ledger_names(false);
    switch (draw(6)) {
      case 0:
        import();
        return;
      case 1:
      case 2:
        if (!enabled.empty()) {
          rotate(pick(enabled));
          return;
        }
        break;
      case 3:
        if (!enabled.empty()) {
          change(pick(enabled), false);
          return;
        }
        break;
      case 4:
        if (!disabled.empty()) {
          change(pick(disabled), true);
          return;
        }
        break;
      default:
        break;
    }
    create();
  }

  static void restart_all() {
    for (const std::string& name : kNodeNames) {
      live_cluster().kill(name);
    }
    for (const std::string& name : kNodeNames) {
      const Status started = live_cluster().start(name);
      ASSERT_TRUE(started.ok()) << started.error().to_string();
    }
    settle();
  }

  std::uint64_t seed;
  std::uint64_t rounds;
  KeyLedger ledger;

 private:
  std::mt19937_64 random_;
  unsigned keys_ = 0;
};

TEST_F(LifeOfKeys, SurvivesNodesThatAreKilledAtAnyMoment) {
  std::printf("seed %llu, %llu rounds\n",
              static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(rounds));
  XksClient client(live_cluster().proxy());
  for (std::uint64_t round = 0; round < rounds && !HasFailure(); ++round) {
    one_round();
    const std::vector<std::string> names = ledger.names();
    if (!names.empty()) {
      ledger.check(client, pick(names));
    }
  }
  ledger.check_all(client);
  restart_all();
  ledger.check_all(client);
  std::printf("%zu keys\n", ledger.size());
  EXPECT_GT(ledger.size(), 0U);
}

}  // namespace
}  // namespace tercet::test
