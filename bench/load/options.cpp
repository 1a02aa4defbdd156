#include "bench/load/options.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <set>
#include <utility>

namespace tercet::bench {
namespace {

constexpr std::array<std::pair<Operation, std::string_view>, 4> kOperations = {{
    {Operation::encrypt, "encrypt"},
    {Operation::decrypt_cold, "decrypt-cold"},
    {Operation::decrypt_repeat, "decrypt-repeat"},
    {Operation::mixed, "mixed"},
}};

/// The most requests in one run: their latencies are all kept.
constexpr double kRequestsMax = 1e6;
/// The most bytes of plaintext that decrypt-cold may make before it starts.
constexpr double kMadeBytesMax = 1e9;

constexpr const char* kUsage =
    R"(tercet-bench: open-loop load on an XKS proxy, and what it cost.

Usage: tercet-bench --dev DIR/dev.json --op OPERATION --rate R [options]
       tercet-bench --plot FILE.svg --from REPORT.json [--from REPORT.json ...]

Requests start on a fixed schedule, whatever happens to those before. A latency counts from the
moment a request should have been sent to the last byte of its answer, so that a late one counts
as late. Every request is signed afresh (SigV4) and sent over TLS on a kept connection. A request is
ok if the answer is 200 and right: a Decrypt must give back the plaintext. Where it is permitted this
program runs with real-time priority, since real clients do not share a processor with the nodes.

  --dev FILE          dev.json of `tercet dev up`, or of tercet-bench-openssl
  --op OPERATION
      encrypt         random plaintexts, to the cluster's own key (made if missing)
      decrypt-cold    ciphertexts that no node remembers: made here with OpenSSL under a key that
                      is generated here and imported with `tercet key import`; all distinct
      decrypt-repeat  a few such ciphertexts, decrypted before the clock starts, over and over
      mixed           every other request encrypts; the others decrypt one of the latest 256
                      ciphertexts of this run, drawn at random
  --rate R            requests a second
  --seconds S         how long the measurement lasts (default 10)
  --size B            bytes of plaintext, 32 to 4096 (default 96)
  --connections C     kept connections, made before the clock starts (default 16)
  --warm-up S         the same load for so long before the measurement (default 2)
  --settle S          before that, wait at most so long until the cluster's stock of one-hot vectors
                      no longer grows (default 30; 0: do not wait)
  --repeat N          ciphertexts of decrypt-repeat, 1 to 512 (default 64)
  --timeout-ms MS     give up on a request after this (default 1000; KMS gives up after 250)
  --key ID            key of encrypt and mixed (default bench)
  --label TEXT        what the report calls this run
  --json              the report as one JSON document instead of a table
  --plot FILE.svg     latency by percentile as a drawing; of this run, or of reports (--from)
  --from REPORT.json  a report to draw; may be repeated, and goes with --plot alone
  --help              this text

The report: P50 to P99.9 and the maximum; errors by name (those of the XKS API; timeout, connection,
wrong_answer, unsent); CPU time per request of each process, its background work included; memory
of each process; bytes and messages between nodes per request; how many Encrypts found a prepared
slot and how many Decrypts a remembered keystream. A request that was given up on (timeout,
unsent) enters the percentiles with the time until then.

Exit codes: 0 measured (errors of requests are in the report), 1 failed, 2 wrong usage.
)";

std::string in_words(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", number);
  return text.data();
}

Error bad(const std::string& option, const std::string& wants) {
  return Error(Errc::invalid_argument, option + " takes " + wants);
}

Result<double> number(const std::string& option,
                      const std::string& text,
                      double least,
                      double most) {
  double parsed = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, failed] = std::from_chars(text.data(), end, parsed);
  if (failed != std::errc() || stopped != end || !(parsed >= least && parsed <= most)) {
    return bad(option, "a number from " + in_words(least) + " to " + in_words(most));
  }
  return parsed;
}

Result<std::size_t> count(const std::string& option,
                          const std::string& text,
                          std::size_t least,
                          std::size_t most) {
  std::size_t parsed = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, failed] = std::from_chars(text.data(), end, parsed);
  if (failed != std::errc() || stopped != end || parsed < least || parsed > most) {
    return bad(option,
               "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return parsed;
}

Status set_number(LoadOptions& into, const std::string& option, const std::string& text) {
  if (option == "--rate") {
    TERCET_TRY(into.rate, number(option, text, 0.1, 100'000));
  } else if (option == "--seconds") {
    TERCET_TRY(into.seconds, number(option, text, 0.1, 86'400));
  } else if (option == "--warm-up") {
    TERCET_TRY(into.warm_up_seconds, number(option, text, 0, 600));
  } else if (option == "--settle") {
    TERCET_TRY(into.settle_seconds, number(option, text, 0, 600));
  } else if (option == "--size") {
    TERCET_TRY(into.plaintext_bytes, count(option, text, kPlaintextBytesMin, kPlaintextBytesMax));
  } else if (option == "--connections") {
    TERCET_TRY(into.connections, count(option, text, 1, 1024));
  } else if (option == "--repeat") {
    TERCET_TRY(into.repeat_count, count(option, text, 1, 512));
  } else if (option == "--timeout-ms") {
    TERCET_TRY(const std::size_t milliseconds, count(option, text, 1, 60'000));
    into.timeout = Milliseconds(milliseconds);
  } else {
    return Error(Errc::invalid_argument, "there is no option " + option);
  }
  return ok_status();
}

Status set(LoadOptions& into, const std::string& option, const std::string& text) {
  if (option == "--dev") {
    into.dev_file = text;
  } else if (option == "--op") {
    const std::optional<Operation> operation = parse_operation(text);
    if (!operation) {
      return bad(option, "encrypt, decrypt-cold, decrypt-repeat or mixed");
    }
    into.operation = *operation;
  } else if (option == "--key") {
    into.key = text;
  } else if (option == "--label") {
    into.label = text;
  } else if (option == "--plot") {
    into.plot_file = text;
  } else if (option == "--from") {
    into.from_files.push_back(text);
  } else {
    return set_number(into, option, text);
  }
  return ok_status();
}

/// What the options must be together, so that none is taken and ignored.
Status check_together(const LoadOptions& options, const std::set<std::string>& given) {
  const auto wrong = [](const char* why) { return Error(Errc::invalid_argument, why); };
  if (!options.from_files.empty()) {
    return given == std::set<std::string>{"--plot", "--from"}
               ? ok_status()
               : wrong("--from goes with --plot alone");
  }
  if (!given.contains("--dev") || !given.contains("--op") || !given.contains("--rate")) {
    return wrong("--dev, --op and --rate are needed");
  }
  const bool repeats = options.operation == Operation::decrypt_repeat;
  const bool cold = options.operation == Operation::decrypt_cold;
  if (given.contains("--repeat") && !repeats) {
    return wrong("--repeat goes with --op decrypt-repeat");
  }
  if (given.contains("--key") && (repeats || cold)) {
    return wrong("--key goes with --op encrypt and mixed: decrypts use a key of their own");
  }
  const double requests = options.rate * (options.seconds + options.warm_up_seconds);
  if (requests > kRequestsMax) {
    return wrong("--rate times --seconds and --warm-up is more than a million");
  }
  if (cold && requests * static_cast<double>(options.plaintext_bytes) > kMadeBytesMax) {
    return wrong(
        "--rate times --seconds times --size is more than 10^9 bytes, which are made first");
  }
  return ok_status();
}

}  // namespace

std::string_view operation_name(Operation operation) {
  for (const auto& [value, name] : kOperations) {
    if (value == operation) {
      return name;
    }
  }
  return {};
}

std::optional<Operation> parse_operation(std::string_view name) {
  for (const auto& [value, known] : kOperations) {
    if (known == name) {
      return value;
    }
  }
  return std::nullopt;
}

Result<LoadOptions> parse_options(const std::vector<std::string>& words) {
  LoadOptions options;
  std::set<std::string> given;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--help" || word == "-h") {
      options.help = true;
      return options;
    }
    if (word == "--json") {
      options.json = true;
      given.insert(word);
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string option = word.substr(0, equals);
    std::string text;
    if (equals != std::string::npos) {
      text = word.substr(equals + 1);
    } else if (i + 1 < words.size()) {
      text = words[++i];
    } else {
      return Error(Errc::invalid_argument, option + ": unknown, or its value is missing");
    }
    TERCET_TRY_STATUS(set(options, option, text));
    given.insert(option);
  }
  TERCET_TRY_STATUS(check_together(options, given));
  return options;
}

std::string usage() {
  return kUsage;
}

}  // namespace tercet::bench
