// tercet dev prepare | up | status | down

#include <array>
#include <chrono>
#include <cstdio>
#include <string>

#include <nlohmann/json.hpp>

#include "core/time/clock.h"
#include "node/cli/commands.h"
#include "node/cli/dev_cluster.h"
#include "node/cli/output.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

constexpr const char* kDefaultDirectory = ".tercet-dev";

Option dir_option() {
  return Option(
      "--dir", "DIR", std::string("the cluster's folder (default ") + kDefaultDirectory + ")");
}

DevOptions options_of(const Arguments& arguments) {
  DevOptions options;
  options.directory = arguments.value_or("--dir", kDefaultDirectory);
  options.with_kms = !arguments.has("--no-kms");
  options.keep_configuration = arguments.has("--keep-config");
  return options;
}

int no_cluster(const DevOptions& options) {
  return fail(kExitFailed,
              "there is no cluster in " + options.directory,
              "say where it is: --dir DIR; `tercet dev up` makes one");
}

Option proxies_option() {
  return Option("--proxies", "N", "how many proxies (default 1)");
}

Option no_kms_option() {
  return Option("--no-kms", "", "without the local KMS front end");
}

Option rtt_option() {
  return Option("--rtt-ms", "MS", "each node a host of its own, MS milliseconds from all others");
}

Option wan_option() {
  return Option("--wan", "FILE", "the same with a matrix of distances, as in configs/wan/");
}

/// False, after saying why, where both ways to describe a network are given.
bool read_wan_options(const Arguments& arguments, DevOptions& options) {
  if (arguments.has("--rtt-ms") && arguments.has("--wan")) {
    static_cast<void>(fail(kExitUsage, "--rtt-ms and --wan exclude each other"));
    return false;
  }
  if (arguments.has("--rtt-ms") || arguments.has("--wan")) {
    WanOptions wan;
    wan.rtt_ms = arguments.value_or("--rtt-ms", "");
    wan.matrix_file = arguments.value_or("--wan", "");
    options.wan = std::move(wan);
  }
  return true;
}

int prepare(const Arguments& arguments) {
  DevOptions options = options_of(arguments);
  const Result<unsigned> proxies = arguments.number("--proxies", 1, 1, 16);
  if (!proxies) {
    return fail(proxies.error(), kExitUsage);
  }
  options.proxies = *proxies;
  if (!read_wan_options(arguments, options)) {
    return kExitUsage;
  }
  const auto cluster = DevCluster::open(std::move(options));
  if (!cluster) {
    return fail(cluster.error(), kExitFailed);
  }
  if (const Status prepared = (*cluster)->prepare(); !prepared) {
    return fail(prepared.error(), kExitFailed);
  }
  const DevLayout& layout = (*cluster)->layout();
  if (arguments.has("--json")) {
    print_line(Json{{"dir", layout.root()}}.dump());
    return kExitDone;
  }
  print_line("keys and configuration are in " + layout.root());
  print_line("  start it as it is then: tercet dev up --keep-config --dir " + layout.root());
  return kExitDone;
}

int up(const Arguments& arguments) {
  DevOptions options = options_of(arguments);
  const Result<unsigned> proxies = arguments.number("--proxies", 1, 1, 16);
  const Result<unsigned> seconds = arguments.number("--timeout-s", 60, 1, 3600);
  if (!proxies || !seconds) {
    return fail(proxies ? seconds.error() : proxies.error(), kExitUsage);
  }
  options.proxies = *proxies;
  options.limit = Milliseconds(*seconds * 1000);
  if (!read_wan_options(arguments, options)) {
    return kExitUsage;
  }
  const auto cluster = DevCluster::open(std::move(options));
  if (!cluster) {
    return fail(cluster.error(), kExitFailed);
  }
  const SteadyTime began = real_clock().now();
  if (const Status started = (*cluster)->up(); !started) {
    return fail(started.error(), kExitFailed);
  }
  const std::chrono::duration<double> taken = real_clock().now() - began;
  const double seconds_taken = taken.count();
  const DevLayout& layout = (*cluster)->layout();
  if (arguments.has("--json")) {
    print_line(Json{{"dev_json", layout.dev_json()}, {"seconds", seconds_taken}}.dump());
    return kExitDone;
  }
  std::array<char, 64> ready{};
  std::snprintf(ready.data(), ready.size(), "The cluster is up, after %.1f s.", seconds_taken);
  print_line(ready.data());
  print_line("  what runs where: " + layout.dev_json());
  print_line("  administration:  tercet status --config " + layout.admin_yaml());
  print_line("  stop it:         tercet dev down --dir " + layout.root());
  return kExitDone;
}

int show(const Arguments& arguments) {
  const DevOptions options = options_of(arguments);
  if (!DevCluster::is_in(options.directory)) {
    return no_cluster(options);
  }
  const auto cluster = DevCluster::open(options);
  if (!cluster) {
    return fail(cluster.error(), kExitFailed);
  }
  bool all_alive = true;
  Json list = Json::array();
  for (const DevCluster::ProcessState& process : (*cluster)->processes()) {
    all_alive = all_alive && process.alive;
    list.push_back(Json{{"name", process.name}, {"pid", process.pid}, {"alive", process.alive}});
    if (!arguments.has("--json")) {
      print_line(process.name + "  pid " + std::to_string(process.pid) +
                 (process.alive ? "  runs" : "  HAS ENDED"));
    }
  }
  const bool running = !list.empty() && all_alive;
  if (arguments.has("--json")) {
    print_line(Json{{"running", running}, {"processes", list}}.dump());
  } else if (list.empty()) {
    print_line("nothing runs in " + (*cluster)->layout().root());
  }
  return running ? kExitDone : kExitFailed;
}

int down(const Arguments& arguments) {
  const DevOptions options = options_of(arguments);
  if (!DevCluster::is_in(options.directory)) {
    return no_cluster(options);
  }
  const auto cluster = DevCluster::open(options);
  if (!cluster) {
    return fail(cluster.error(), kExitFailed);
  }
  const Result<std::size_t> stopped = (*cluster)->down();
  if (!stopped) {
    return fail(stopped.error(), kExitFailed);
  }
  if (arguments.has("--json")) {
    print_line(Json{{"stopped", *stopped}}.dump());
  } else if (*stopped == 0) {
    print_line("nothing runs in " + (*cluster)->layout().root());
  } else {
    print_line("stopped " + std::to_string(*stopped) + " processes; keys and data stay in " +
               (*cluster)->layout().root());
  }
  return kExitDone;
}

}  // namespace

std::vector<SubCommand> dev_sub_commands() {
  return {
      SubCommand("dev prepare",
                 "Write keys and configuration of such a cluster, and start nothing.",
                 {dir_option(),
                  proxies_option(),
                  no_kms_option(),
                  rtt_option(),
                  wan_option(),
                  json_option()},
                 prepare,
                 "For a change of the files before `dev up --keep-config`."),
      SubCommand(
          "dev up",
          "Start a whole cluster on this machine, in the background.",
          {dir_option(),
           proxies_option(),
           no_kms_option(),
           Option("--keep-config",
                  "",
                  "with the configuration files in DIR as they are, not written anew"),
           rtt_option(),
           wan_option(),
           timeout_option(),
           json_option()},
          up,
          "Makes keys, certificates and credentials in DIR where they are not there yet, writes "
          "the\n"
          "configuration files anew (what you changed in them is lost, but with --keep-config), "
          "starts\n"
          "three nodes, the proxies and tercet-kms, makes the health key, waits until all is "
          "healthy\n"
          "and writes DIR/dev.json, which says what runs where. For development: everything "
          "belongs\n"
          "to one user of one machine, so nothing is protected from it. To start one node again "
          "that\n"
          "has ended: tercet-node --config DIR/node-2.yaml; `dev down` does not stop that one.\n"
          "With --rtt-ms or --wan (as root) an emulator delays all packets between the nodes and\n"
          "between proxies and nodes: docs/wide-area.md."),
      SubCommand("dev status",
                 "Show which processes of the cluster run.",
                 {dir_option(), json_option()},
                 show,
                 "Exit code 0 only if all of them run."),
      SubCommand("dev down",
                 "Stop the cluster; keys and data stay, `dev up` uses them again.",
                 {dir_option(), json_option()},
                 down),
  };
}

}  // namespace tercet::cli
