#include "node/cli/dev_cluster.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/secret/access.h"
#include "core/secret/secret_file.h"
#include "core/time/clock.h"
#include "core/time/pause.h"
#include "node/cli/dev_files.h"
#include "node/cli/dev_probe.h"
#include "node/cli/key_commands.h"
#include "node/cli/output.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kNodes = 3;
constexpr Milliseconds kPollPause{100};
constexpr Milliseconds kProbeLimit{2000};
constexpr Milliseconds kStopLimit{10'000};
constexpr std::size_t kLogLinesShown = 15;
constexpr const char* kNetwork = "wan";  // the emulator's name among our processes
constexpr const char* kLock = "/lock";   // the first file in a folder of ours

/// Whether we may fill the folder: its mode is changed, and files are replaced in it.
bool is_ours_or_empty(const std::string& directory) {
  std::error_code failed;
  return std::filesystem::exists(directory + kLock, failed) ||
         (std::filesystem::is_empty(directory, failed) && !failed);
}

}  // namespace

Result<std::string> program_beside(const std::string& name) {
  std::error_code failed;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
  const std::filesystem::path program = self.parent_path() / name;
  if (failed || ::access(program.c_str(), X_OK) != 0) {
    return Error(Errc::not_found, "find " + name + " beside the tercet command")
        .hint("build everything: ./run build");
  }
  return program.string();
}

bool DevCluster::is_in(const std::string& directory) {
  std::error_code unreachable;  // then there is none for us
  return std::filesystem::exists(DevLayout(directory).state_file(), unreachable);
}

Result<std::unique_ptr<DevCluster>> DevCluster::open(DevOptions options) {
  std::error_code failed;
  options.directory = std::filesystem::absolute(options.directory, failed).lexically_normal();
  while (options.directory.size() > 1 && options.directory.back() == '/') {
    options.directory.pop_back();
  }
  std::filesystem::create_directories(options.directory, failed);
  if (!failed && !is_ours_or_empty(options.directory)) {
    return Error(Errc::config_error,
                 "use the folder " + options.directory + ": it holds other things than a cluster")
        .hint("give a new one: --dir DIR");
  }
  const std::string path = options.directory + kLock;
  const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) {
    return Error(Errc::config_error,
                 "use the folder " + options.directory + ": it cannot be written")
        .hint("give another one: --dir DIR");
  }
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return Error(Errc::config_error,
                 "use the folder " + options.directory + ": another `tercet dev` works in it");
  }
  std::unique_ptr<DevCluster> cluster(new DevCluster(std::move(options), lock));
  TERCET_TRY(std::optional<DevState> state, load_dev_state(cluster->layout_));
  if (state) {
    cluster->state_ = std::move(*state);
  }
  return cluster;
}

DevCluster::DevCluster(DevOptions options, int lock)
    : options_(std::move(options)), layout_(options_.directory), lock_(lock) {}

DevCluster::~DevCluster() {
  ::close(lock_);
}

Status DevCluster::start(const std::string& name, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = arguments;
  TERCET_TRY(words[0], program_beside(words[0]));
  const auto space = network_.namespaces.find(name);
  TERCET_TRY(
      BackgroundProcess process,
      start_background(
          name, words, log_of(name), space == network_.namespaces.end() ? "" : space->second));
  state_.processes.push_back(std::move(process));
  return save_dev_state(layout_, state_);
}

Status DevCluster::start_all() {
  for (std::size_t i = 0; i < kNodes; ++i) {
    const std::string name = DevLayout::node(i);
    std::vector<std::string> words = {"tercet-node", "--config", layout_.file(name + ".yaml")};
    if (!state_.nodes_have_data && !std::filesystem::exists(layout_.file(name + "/node.db"))) {
      words.insert(words.begin() + 1, "--init");
    }
    TERCET_TRY_STATUS(start(name, words));
  }
  for (std::size_t i = 0; i < options_.proxies; ++i) {
    const std::string name = DevLayout::proxy(i);
    TERCET_TRY_STATUS(start(name, {"tercet-proxy", "--config", layout_.file(name + ".yaml")}));
  }
  if (!options_.with_kms) {
    return ok_status();
  }
  return start("kms",
               {"tercet-kms",
                "--listen",
                state_.address("kms"),
                "--region",
                kDevRegion,
                "--state",
                layout_.file("kms"),
                "--xks-ca",
                layout_.file("keys/xks-ca.crt")});
}

Status DevCluster::stop_leftovers() {
  const auto alive = std::count_if(
      state_.processes.begin(), state_.processes.end(), [](const BackgroundProcess& process) {
        return process.alive();
      });
  if (alive > 0 && static_cast<std::size_t>(alive) == state_.processes.size()) {
    return Error(Errc::already_exists,
                 "start a cluster: one runs in " + layout_.root() + " already")
        .hint("`tercet dev down --dir " + layout_.root() + "` ends it");
  }
  TERCET_TRY(const std::size_t stopped, down());
  static_cast<void>(stopped);  // crashed ones among them: nothing to tell
  return ok_status();
}

Status DevCluster::write_files() {
  TERCET_TRY_STATUS(make_dev_keys(layout_, state_, options_.proxies));
  TERCET_TRY_STATUS(choose_dev_ports(state_, options_.proxies, options_.with_kms));
  TERCET_TRY_STATUS(write_dev_configs(layout_, state_, options_.proxies));
  return save_dev_state(layout_, state_);
}

Status DevCluster::prepare() {
  TERCET_TRY_STATUS(stop_leftovers());
  TERCET_TRY_STATUS(make_dev_keys(layout_, state_, options_.proxies));
  state_.hosts.clear();
  if (options_.wan) {
    state_.hosts = preferred_wan_addresses(state_);
  }
  return write_files();
}

/// Whether what `prepare` wrote is for what is to be started.
Status DevCluster::check_kept_configuration() const {
  const std::string what = "keep the configuration in " + layout_.root() + ": ";
  if (!std::filesystem::exists(layout_.cluster_yaml())) {
    return Error(Errc::not_found, what + "there is none")
        .hint("`tercet dev prepare --dir " + layout_.root() + "` writes it");
  }
  if (options_.wan.has_value() == state_.hosts.empty()) {
    return Error(Errc::wrong_state,
                 what + (options_.wan ? "it is not for a wide-area network"
                                      : "it is for a wide-area network"))
        .hint("give --rtt-ms or --wan to `tercet dev prepare` and to `tercet dev up`, or to none");
  }
  if (!state_.ports.contains(DevLayout::proxy(options_.proxies - 1) + " xks")) {
    return Error(Errc::wrong_state, what + "it is for fewer proxies")
        .hint("give the same --proxies to `tercet dev prepare` and to `tercet dev up`");
  }
  if (options_.with_kms && !state_.ports.contains("kms")) {
    return Error(Errc::wrong_state, what + "it is without the KMS front end")
        .hint("give --no-kms to `tercet dev up` too, or to none");
  }
  return ok_status();
}

/// Where nodes are hosts of their own: makes these hosts and the network between them.
Status DevCluster::start_network(Deadline deadline) {
  if (!options_.wan) {
    return ok_status();
  }
  std::error_code ignored;
  std::filesystem::remove(layout_.wan_json(), ignored);
  TERCET_TRY_STATUS(start(kNetwork, wan_command(*options_.wan, layout_, state_)));
  for (Progress progress; !deadline.passed(); pause_thread(kPollPause)) {
    const bool ended = !state_.processes.back().alive();  // first: it writes, then ends
    TERCET_TRY(std::optional<WanNetwork> network, read_wan(layout_));
    if (network) {
      network_ = std::move(*network);
      return ok_status();
    }
    if (ended) {
      return Error(Errc::closed, "start the wide-area emulator: it ended")
          .hint("its log: " + log_of(kNetwork));
    }
    progress.waiting_for("the wide-area emulator");
  }
  return Error(Errc::timeout, "start the wide-area emulator: not ready in time");
}

/// Writes the addresses of the network into the configuration, or checks that it has them.
Status DevCluster::use_network() {
  if (!options_.wan || state_.hosts == network_.addresses) {
    return ok_status();
  }
  if (options_.keep_configuration) {
    return Error(Errc::wrong_state,
                 "keep the configuration: its addresses, " + state_.hosts.begin()->second +
                     " and so on, are in use")
        .hint("stop the cluster that uses them, or run `tercet dev prepare` in another folder");
  }
  state_.hosts = network_.addresses;
  return write_files();
}

/// Stops what runs; the error comes back, with the ends of the logs where there are any.
Status DevCluster::stop_with(const Error& error) {
  const std::string shown = logs();
  TERCET_TRY(const std::size_t stopped, down());
  static_cast<void>(stopped);  // the error says enough
  return Error(error.code(), error.what() + shown).hint(error.hint());
}

Status DevCluster::up() {
  TERCET_TRY_STATUS(stop_leftovers());
  const Deadline deadline = Deadline::in(real_clock(), options_.limit);
  TERCET_TRY_STATUS(options_.keep_configuration ? check_kept_configuration() : prepare());
  if (const Status network = start_network(deadline); !network) {
    TERCET_TRY(const std::size_t stopped, down());
    static_cast<void>(stopped);
    return network.error();  // says more than the log
  }
  const auto everything = [&]() -> Status {
    TERCET_TRY_STATUS(use_network());
    TERCET_TRY_STATUS(start_all());
    TERCET_TRY_STATUS(wait_for_nodes(deadline));
    state_.nodes_have_data = true;
    TERCET_TRY_STATUS(save_dev_state(layout_, state_));
    TERCET_TRY_STATUS(make_health_key(deadline));
    TERCET_TRY_STATUS(wait_for_proxies(deadline));
    TERCET_TRY_STATUS(wait_for_kms(deadline));
    TERCET_TRY(const std::string json, dev_json());
    return replace_file(layout_.dev_json(), json);
  };
  Status started = everything();
  return started ? std::move(started) : stop_with(started.error());
}

Result<std::size_t> DevCluster::down() {
  const std::size_t count = state_.processes.size();
  // The front first, then the nodes, the network last: nobody then complains about the others.
  std::array<std::vector<BackgroundProcess>, 3> groups;
  for (const BackgroundProcess& process : state_.processes) {
    const bool is_node = process.name.starts_with("node-");
    groups[process.name == kNetwork ? 2 : is_node ? 1 : 0].push_back(process);
  }
  for (const std::vector<BackgroundProcess>& group : groups) {
    for (const std::string& name : stop_all(group, Deadline::in(real_clock(), kStopLimit))) {
      static_cast<void>(fail(1, name + " did not stop in time and was killed"));
    }
  }
  state_.processes.clear();
  TERCET_TRY_STATUS(save_dev_state(layout_, state_));
  std::error_code ignored;
  std::filesystem::remove(layout_.dev_json(), ignored);
  std::filesystem::remove(layout_.wan_json(), ignored);
  return count;
}

std::vector<DevCluster::ProcessState> DevCluster::processes() const {
  std::vector<ProcessState> out;
  out.reserve(state_.processes.size());
  for (const BackgroundProcess& process : state_.processes) {
    out.push_back({process.name, process.pid, process.alive()});
  }
  return out;
}

Status DevCluster::check_processes() const {
  for (const BackgroundProcess& process : state_.processes) {
    if (!process.alive()) {
      return Error(Errc::closed, process.name + " ended while the cluster was starting")
          .hint("its log: " + log_of(process.name));
    }
  }
  return ok_status();
}

std::string DevCluster::logs() const {
  std::string out;
  for (const BackgroundProcess& process : state_.processes) {
    out += "\n" + process.name + (process.alive() ? "" : " (ended)") + ", " + log_of(process.name) +
           ":\n" + tail_of(log_of(process.name), kLogLinesShown);
  }
  return out;
}

template <class Probe>
Status DevCluster::wait_for(const std::string& what, Deadline deadline, Probe probe) {
  Progress progress;
  for (;;) {
    TERCET_TRY_STATUS(check_processes());
    Status done = probe();
    if (done) {
      return done;
    }
    if (deadline.passed()) {
      return Error(Errc::timeout, "wait for " + what + ": not ready in time")
          .caused_by(done.error());
    }
    progress.waiting_for(what);
    pause_thread(kPollPause);
  }
}

Status DevCluster::wait_for_nodes(Deadline deadline) {
  TERCET_TRY(const auto admin, Administration::load(layout_.admin_yaml(), {}));
  return wait_for("the nodes", deadline, [&]() -> Status {
    for (const NodeAnswer& answer : admin->client().ask_all("GET", "/v1/status", "", kProbeLimit)) {
      if (!answer.ok()) {
        return Error(Errc::link_closed, answer.complaint());
      }
    }
    return ok_status();
  });
}

Status DevCluster::make_health_key(Deadline deadline) {
  TERCET_TRY(const auto admin, Administration::load(layout_.admin_yaml(), {}));
  TERCET_TRY(const KeyId key, KeyId::parse(kDevHealthKey));
  for (const NodeAnswer& answer :
       admin->client().ask_all("GET", "/v1/keys/" + key.text(), "", kProbeLimit)) {
    if (answer.ok() && answer.body.value("state", std::string()) == "enabled") {
      return ok_status();  // of an earlier `up`
    }
  }
  const Milliseconds limit = std::max(deadline.remaining(), Milliseconds(1000));
  node::CreateKey body(key);
  body.terms.usage = node::KeyUsage{true, true};
  const CommandOutcome outcome = admin->send(admin->begin(std::move(body), limit), limit);
  if (!outcome.in_force) {
    std::string why;
    for (const std::string& complaint : outcome.complaints) {
      why += "\n  " + complaint;
    }
    return Error(Errc::wrong_state, "make the health key: not all nodes confirmed" + why);
  }
  return ok_status();
}

Status DevCluster::wait_for_proxies(Deadline deadline) {
  for (std::size_t i = 0; i < options_.proxies; ++i) {
    ProxyProbe probe;
    probe.address = state_.address(DevLayout::proxy(i) + " xks");
    probe.uri_path = kDevUriPath;
    probe.region = kDevRegion;
    probe.ca_file = layout_.file("keys/xks-ca.crt");
    probe.access_key_id = state_.access_key_id;
    probe.secret_file = layout_.secret_file();
    TERCET_TRY_STATUS(wait_for(DevLayout::proxy(i) + " to be healthy", deadline, [&]() -> Status {
      return probe_proxy(probe, kProbeLimit);
    }));
  }
  return ok_status();
}

Status DevCluster::wait_for_kms(Deadline deadline) {
  if (!options_.with_kms) {
    return ok_status();
  }
  return wait_for("the KMS front end", deadline, [&]() -> Status {
    return probe_ping(state_.address("kms"), kProbeLimit);
  });
}

Result<std::string> DevCluster::dev_json() const {
  TERCET_TRY(const SecretBytes secret, read_secret_line(layout_.secret_file()));
  // A development credential: dev.json is for test programs, mode 0600.
  const std::string secret_text(as_text(secret.expose(SecretAccess::grant())));
  const auto pid_of = [&](const std::string& name) {
    for (const BackgroundProcess& process : state_.processes) {
      if (process.name == name) {
        return process.pid;
      }
    }
    return pid_t{0};
  };
  Json proxies = Json::array();
  for (std::size_t i = 0; i < options_.proxies; ++i) {
    const std::string name = DevLayout::proxy(i);
    proxies.push_back(
        Json{{"endpoint", "https://localhost:" + std::to_string(state_.ports.at(name + " xks"))},
             {"uri_path", kDevUriPath},
             {"ca_file", layout_.file("keys/xks-ca.crt")},
             {"credential",
              {{"AccessKeyId", state_.access_key_id}, {"RawSecretAccessKey", secret_text}}},
             {"metrics", "http://" + state_.address(name + " metrics") + "/metrics"},
             {"log", log_of(name)},
             {"pid", pid_of(name)}});
  }
  Json nodes = Json::array();
  for (std::size_t i = 0; i < kNodes; ++i) {
    const std::string name = DevLayout::node(i);
    nodes.push_back(Json{{"id", name},
                         {"admin", "https://" + state_.address(name + " admin")},
                         {"data_dir", layout_.file(name)},
                         {"log", log_of(name)},
                         {"metrics", "http://" + state_.address(name + " metrics") + "/metrics"},
                         {"pid", pid_of(name)}});
  }
  Json out{{"proxies", proxies}, {"nodes", nodes}, {"admin_config", layout_.admin_yaml()}};
  if (options_.wan) {
    out["wan"] = Json::parse(network_.json, nullptr, false);
    out["wan"]["matrix"] = options_.wan->matrix_file;
    out["wan"]["log"] = log_of(kNetwork);
    out["wan"]["pid"] = pid_of(kNetwork);
  }
  if (options_.with_kms) {
    out["kms"] = Json{{"endpoint", "http://" + state_.address("kms")},
                      {"region", kDevRegion},
                      {"pid", pid_of("kms")}};
  }
  return out.dump(2) + "\n";
}

}  // namespace tercet::cli
