// tercet-wan: the wide-area emulator. docs/wide-area.md says what it does.

#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "bench/emulator/echo.h"
#include "bench/emulator/forwarder.h"
#include "bench/emulator/report.h"
#include "bench/emulator/sites.h"
#include "core/base/write_signals.h"

namespace tercet::wan {
namespace {

constexpr const char* kUsage =
    "usage: tercet-wan run     --rtt-ms MS|--matrix FILE [--seed N] [--prefer ADDRESS] --ready "
    "FILE\n"
    "       tercet-wan measure --rtt-ms MS|--matrix FILE [--seed N] [--echoes N]\n"
    "\n"
    "run      makes a network namespace for each site (proxy: the caller's own; node-1, node-2,\n"
    "         node-3), carries packets between them as the matrix says until SIGTERM, and writes\n"
    "         to the ready file what is where, or why not\n"
    "measure  shows how far the emulated round trips are from what was asked for, and what a\n"
    "         packet costs, on this machine now\n"
    "\n"
    "  --rtt-ms MS       round trip between any two sites\n"
    "  --matrix FILE     distances, jitter, loss and bandwidth by pair of sites (configs/wan/)\n"
    "  --seed N          of what is drawn for loss and jitter (default 1)\n"
    "  --ready FILE      written when packets can flow, or when they never will\n"
    "  --prefer ADDRESS  the /24 of addresses to take if it is free (default 198.18.0.0)\n"
    "  --echoes N        round trips of each pair (default 500)\n"
    "\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 this machine or user may not make network\n"
    "namespaces or TUN devices.\n";

constexpr int kNotHere = 3;
constexpr const char* kFirstAddress = "198.18.0.0";

volatile std::sig_atomic_t stop_asked = 0;

void ask_to_stop(int /*signal*/) {
  stop_asked = 1;
}

using Options = std::map<std::string, std::string>;

int fail(const Error& error) {
  std::fprintf(stderr, "tercet-wan: %s\n", error.to_string().c_str());
  return error.code() == Errc::denied || error.code() == Errc::unsupported ? kNotHere : 1;
}

Result<std::uint64_t> number(const Options& options, const char* name, std::uint64_t fallback) {
  const auto found = options.find(name);
  if (found == options.end()) {
    return fallback;
  }
  const std::string& text = found->second;
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) {
    return Error(Errc::invalid_argument, std::string(name) + ": expected a whole number");
  }
  return value;
}

Result<Matrix> matrix_of(const Options& options) {
  if (const auto file = options.find("--matrix"); file != options.end()) {
    return load_matrix(file->second);
  }
  Result<Matrix> out = equal_matrix(options.at("--rtt-ms"));
  if (!out) {
    return Error(out.error().code(), "--rtt-ms: " + out.error().what());
  }
  return out;
}

/// Punctual before all else: a packet costs microseconds, and waiting behind the programs whose
/// packets these are would add to every delay. What is not permitted is left out.
void prefer_us() {
  sched_param first{};
  first.sched_priority = 1;
  static_cast<void>(::sched_setscheduler(0, SCHED_RR, &first));
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

/// Forwards until SIGTERM or SIGINT, which reach us only while we wait.
Forwarder::Counters forward(Sites& sites, const Matrix& matrix, std::uint64_t seed) {
  prefer_us();
  Forwarder forwarder(matrix, seed, sites.subnet().address(0), sites.take_devices());
  sigset_t open;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &open);
  sigdelset(&open, SIGTERM);
  sigdelset(&open, SIGINT);
  forwarder.run(stop_asked, open);
  return forwarder.counters();
}

void catch_stop() {
  sigset_t both;
  sigemptyset(&both);
  sigaddset(&both, SIGTERM);
  sigaddset(&both, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &both, nullptr);

  struct sigaction action {};

  action.sa_handler = &ask_to_stop;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
}

Status run(const Options& options, const std::string& ready) {
  TERCET_TRY(const std::uint64_t seed, number(options, "--seed", 1));
  TERCET_TRY(const Matrix matrix, matrix_of(options));
  const auto preferred = options.find("--prefer");
  TERCET_TRY(const std::uint32_t address,
             parse_address(preferred == options.end() ? kFirstAddress : preferred->second));
  TERCET_TRY(Sites sites, Sites::make(matrix, address));
  catch_stop();
  TERCET_TRY_STATUS(write_whole(ready, describe(sites, matrix, seed)));
  const Forwarder::Counters counters = forward(sites, matrix, seed);
  std::printf("%s\n", in_words(counters, cpu_used()).c_str());
  return ok_status();
}

double milliseconds(Nanoseconds time) {
  return static_cast<double>(time.count()) / 1e6;
}

void print_row(const std::string& name, Nanoseconds asked, const std::vector<Nanoseconds>& sorted) {
  const auto at = [&](std::size_t percent) {
    return milliseconds(sorted[(sorted.size() - 1) * percent / 100]);
  };
  std::printf("%-18s %9.3f %9.3f %9.3f %9.3f %9.3f\n",
              name.c_str(),
              milliseconds(asked),
              at(0),
              at(50),
              at(99),
              at(50) - milliseconds(asked));
}

Status measure_pairs(const Sites& sites, const Matrix& matrix, std::uint64_t echoes) {
  constexpr Nanoseconds kPause{1'000'000};
  constexpr std::uint32_t kLoopback = 0x7F000001U;
  std::printf("round trips of one byte over TCP, ms; error: P50 less what was asked for\n");
  std::printf("%-18s %9s %9s %9s %9s %9s\n", "between", "asked", "least", "P50", "P99", "error");
  TERCET_TRY(const EchoPair own, EchoPair::open(sites.space(1), sites.space(1), kLoopback));
  TERCET_TRY(const std::vector<Nanoseconds> base, own.round_trips(echoes, kPause));
  print_row("(loopback)", Nanoseconds(0), base);
  for (std::size_t one = 0; one < kSiteCount; ++one) {
    for (std::size_t other = one + 1; other < kSiteCount; ++other) {
      TERCET_TRY(
          const EchoPair pair,
          EchoPair::open(sites.space(one), sites.space(other), sites.subnet().address(other)));
      TERCET_TRY(const std::vector<Nanoseconds> trips, pair.round_trips(echoes, kPause));
      print_row(std::string(kSites[one]) + " " + std::string(kSites[other]),
                2 * matrix.link(one, other).delay,
                trips);
      std::fflush(stdout);
    }
  }
  return ok_status();
}

Status measure_stream(const Sites& sites) {
  constexpr Nanoseconds kDuration{2'000'000'000};
  TERCET_TRY(const EchoPair pair,
             EchoPair::open(sites.space(1), sites.space(2), sites.subnet().address(2)));
  TERCET_TRY(const std::uint64_t bytes, pair.stream(kDuration));
  std::printf("one TCP connection from node-1 to node-2: %.0f Mbit/s\n",
              static_cast<double>(bytes) * 8e3 / static_cast<double>(kDuration.count()));
  std::fflush(stdout);
  return ok_status();
}

/// Runs `work` while a process of its own forwards; that process then says what it cost.
template <class Work>
Status while_forwarding(Sites& sites, const Matrix& matrix, std::uint64_t seed, Work work) {
  std::fflush(stdout);
  const pid_t forwarder = ::fork();
  if (forwarder == 0) {
    const Nanoseconds before = cpu_used();
    const Forwarder::Counters counters = forward(sites, matrix, seed);
    std::printf("the emulator %s\n", in_words(counters, cpu_used() - before).c_str());
    std::fflush(stdout);
    ::_exit(0);
  }
  if (forwarder < 0) {
    return Error(Errc::io_error, "start a process");
  }
  const Status done = work();
  ::kill(forwarder, SIGTERM);
  ::waitpid(forwarder, nullptr, 0);
  return done;
}

Status measure(const Options& options) {
  TERCET_TRY(const std::uint64_t seed, number(options, "--seed", 1));
  TERCET_TRY(const std::uint64_t echoes, number(options, "--echoes", 500));
  if (echoes == 0) {
    return Error(Errc::invalid_argument, "--echoes: expected at least 1");
  }
  TERCET_TRY(const Matrix matrix, matrix_of(options));
  catch_stop();
  for (const bool stream : {false, true}) {
    TERCET_TRY(const std::uint32_t address, parse_address(kFirstAddress));
    TERCET_TRY(Sites sites, Sites::make(matrix, address));
    TERCET_TRY_STATUS(while_forwarding(sites, matrix, seed, [&] {
      return stream ? measure_stream(sites) : measure_pairs(sites, matrix, echoes);
    }));
  }
  return ok_status();
}

int main_with(const std::string& command, const Options& options) {
  const bool one_matrix = options.contains("--rtt-ms") != options.contains("--matrix");
  if (command == "measure" && one_matrix) {
    const Status done = measure(options);
    return done ? 0 : fail(done.error());
  }
  if (command != "run" || !one_matrix || !options.contains("--ready")) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const std::string& ready = options.at("--ready");
  const Status done = run(options, ready);
  if (!done) {
    static_cast<void>(write_whole(ready, describe(done.error())));  // standard error has it too
    return fail(done.error());
  }
  return 0;
}

}  // namespace
}  // namespace tercet::wan

int main(int argc, char** argv) {
  tercet::ignore_write_signals();
  if (argc == 2 && (argv[1] == std::string("--help") || argv[1] == std::string("-h"))) {
    std::fputs(tercet::wan::kUsage, stdout);
    return 0;
  }
  tercet::wan::Options options;
  const std::set<std::string> known = {
      "--rtt-ms", "--matrix", "--seed", "--ready", "--echoes", "--prefer"};
  bool understood = argc >= 2 && argc % 2 == 0;
  for (int i = 2; i + 1 < argc; i += 2) {
    understood = understood && known.contains(argv[i]) && !options.contains(argv[i]);
    options[argv[i]] = argv[i + 1];
  }
  if (!understood) {
    std::fputs(tercet::wan::kUsage, stderr);
    return 2;
  }
  return tercet::wan::main_with(argv[1], options);
}
