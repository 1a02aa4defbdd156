// tercet-sim: runs random plans and scenarios of the simulator (docs/simulator.md).

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "core/time/clock.h"
#include "tests/sim/plans/plan.h"
#include "tests/sim/rules/weakened_rules.h"
#include "tests/sim/scenarios/scenario.h"

namespace tercet::sim {
namespace {

constexpr const char* kUsage =
    "usage: tercet-sim [--seeds N] [--first SEED]    random plans, one a seed\n"
    "       tercet-sim --seed SEED [--trace]         one of them again, with every event\n"
    "       tercet-sim --scenario NAME|all [--trace] stories of what happens when\n"
    "       tercet-sim --list                        their names\n"
    "options: --profile requests|keys   what the plans mix (default: requests)\n"
    "         --engine toy|table        the tests' toy or the product's engine (default: toy)\n"
    "         --without RULE            takes a rule of the life of keys out (--rules lists them)\n"
    "Exit codes: 0 no violation, 1 violations, 2 usage\n";

class Arguments {
 public:
  std::uint64_t first = 1;
  std::uint64_t seeds = 100;
  bool trace = false;
  bool list = false;
  bool list_rules = false;
  std::string without;
  std::string scenario;
  PlanOptions plan;
};

std::string_view name_of(Profile profile) {
  return profile == Profile::keys ? "keys" : "requests";
}

std::string_view name_of(EngineChoice engine) {
  return engine == EngineChoice::table ? "table" : "toy";
}

std::string replay_command(const PlanOptions& plan, const std::string& without) {
  return "./run sim --profile " + std::string(name_of(plan.profile)) + " --engine " +
         std::string(name_of(plan.engine)) + " --seed " + std::to_string(plan.seed) +
         (without.empty() ? "" : " --without " + without) + " --trace";
}

/// What to print if the product's code ends this process.
char dying_words[256];

void on_death(int signal) {
  static_cast<void>(!::write(STDOUT_FILENO, dying_words, std::strlen(dying_words)));
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

bool run_seed(const PlanOptions& plan, const std::string& without) {
  std::snprintf(dying_words,
                sizeof dying_words,
                "seed %llu: the process died; again: %s\n",
                static_cast<unsigned long long>(plan.seed),
                replay_command(plan, without).c_str());
  const PlanResult result = run_plan(plan);
  if (plan.trace != nullptr || !result.violations.empty()) {
    std::printf("seed %llu: trace %016llx, %llu events, %.1f s, %llu of %llu requests served\n",
                static_cast<unsigned long long>(plan.seed),
                static_cast<unsigned long long>(result.trace_hash),
                static_cast<unsigned long long>(result.events),
                static_cast<double>(result.virtual_time.count()) / 1e6,
                static_cast<unsigned long long>(result.requests.served),
                static_cast<unsigned long long>(result.requests.sent));
  }
  for (const std::string& violation : result.violations) {
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(plan.seed), violation.c_str());
  }
  if (!result.violations.empty()) {
    std::printf("again: %s\n", replay_command(plan, without).c_str());
  }
  std::fflush(stdout);
  return result.violations.empty();
}

bool parse(int argc, char** argv, Arguments& out) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--trace") {
      out.trace = true;
      continue;
    }
    if (option == "--list" || option == "--rules") {
      out.list |= option == "--list";
      out.list_rules |= option == "--rules";
      continue;
    }
    if (i + 1 == argc) {
      return false;
    }
    const std::string value = argv[++i];
    if (option == "--seeds") {
      out.seeds = std::stoull(value);
    } else if (option == "--first") {
      out.first = std::stoull(value);
    } else if (option == "--seed") {
      out.first = std::stoull(value);
      out.seeds = 1;
    } else if (option == "--scenario") {
      out.scenario = value;
    } else if (option == "--without" && life_without(value) != nullptr) {
      out.without = value;
      out.plan.key_life = life_without(value);
    } else if (option == "--profile" && (value == "keys" || value == "requests")) {
      out.plan.profile = value == "keys" ? Profile::keys : Profile::requests;
    } else if (option == "--engine" && (value == "toy" || value == "table")) {
      out.plan.engine = value == "table" ? EngineChoice::table : EngineChoice::toy;
    } else {
      return false;
    }
  }
  return true;
}

/// Plays it in a process of its own, since what it shows may end the process. False if it fails.
bool play(const Scenario& scenario, const Arguments& arguments) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    ClusterOptions options;
    options.engine = arguments.plan.engine;
    options.key_life = arguments.plan.key_life;
    options.trace = arguments.trace ? stdout : nullptr;
    Stage stage(options);
    scenario.play(stage);
    for (const std::string& failure : stage.failures()) {
      std::printf("    %s\n", failure.c_str());
    }
    std::fflush(stdout);
    std::_Exit(stage.good() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int run_scenarios(const Arguments& arguments) {
  int bad = 0;
  int played = 0;
  for (const Scenario& scenario : scenarios()) {
    if (arguments.scenario != "all" && arguments.scenario != scenario.name) {
      continue;
    }
    ++played;
    const bool good = play(scenario, arguments);
    const bool expected = good != scenario.known_to_fail;
    bad += expected ? 0 : 1;
    std::printf("%s %s\n",
                expected ? (good ? "ok            " : "known to fail ")
                         : (good ? "PASSES, LISTED" : "FAILED        "),
                std::string(scenario.name).c_str());
  }
  if (played == 0) {
    std::fprintf(stderr, "tercet-sim: there is no scenario %s\n", arguments.scenario.c_str());
    return 2;
  }
  return bad == 0 ? 0 : 1;
}

int list_rules() {
  for (const WeakenedRule& rule : weakened_rules()) {
    std::printf("%s\n", std::string(rule.name).c_str());
  }
  return 0;
}

int list_scenarios() {
  for (const Scenario& scenario : scenarios()) {
    std::printf("%-26s %s%s\n",
                std::string(scenario.name).c_str(),
                std::string(scenario.tells).c_str(),
                scenario.known_to_fail ? " (known to fail)" : "");
  }
  return 0;
}

int run_seeds(const Arguments& arguments) {
  // Worlds come and go: what they free is for the next one, not for the system.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  std::signal(SIGABRT, on_death);
  std::signal(SIGSEGV, on_death);
  const SteadyTime began = real_clock().now();
  std::uint64_t bad = 0;
  for (std::uint64_t i = 0; i < arguments.seeds; ++i) {
    PlanOptions plan = arguments.plan;
    plan.seed = arguments.first + i;
    plan.trace = arguments.trace ? stdout : nullptr;
    bad += run_seed(plan, arguments.without) ? 0U : 1U;
  }
  const std::chrono::duration<double> took = real_clock().now() - began;
  std::printf("%llu seeds, %llu with violations, %.1f seeds a second\n",
              static_cast<unsigned long long>(arguments.seeds),
              static_cast<unsigned long long>(bad),
              static_cast<double>(arguments.seeds) / took.count());
  return bad == 0 ? 0 : 1;
}

int run(int argc, char** argv) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  if (arguments.list) {
    return list_scenarios();
  }
  if (arguments.list_rules) {
    return list_rules();
  }
  return arguments.scenario.empty() ? run_seeds(arguments) : run_scenarios(arguments);
}

}  // namespace
}  // namespace tercet::sim

int main(int argc, char** argv) {
  return tercet::sim::run(argc, argv);
}
