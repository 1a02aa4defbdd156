#include "tests/support/live_cluster.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "node/cli/dev_layout.h"

namespace tercet::test {
namespace {

constexpr unsigned kRequestDeadlineMs = TERCET_REQUEST_DEADLINE_MS;
constexpr Milliseconds kPollPause{20};
constexpr Milliseconds kEndLimit{20'000};

std::unique_ptr<LiveCluster>& the_cluster() {
  static std::unique_ptr<LiveCluster> cluster;
  return cluster;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// Mode 0600.
void write_file(const std::string& path, ByteView content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written =
      ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  ::close(file);
  ASSERT_TRUE(written) << path;
}

void execute(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) {
    arguments.push_back(const_cast<char*>(word.c_str()));  // execv does not change them
  }
  arguments.push_back(nullptr);
  std::signal(SIGPIPE, SIG_DFL);  // as a shell starts them
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

void insert_after(std::string& text, const std::string& mark, const std::string& addition) {
  const std::size_t at = text.find(mark);
  if (at != std::string::npos) {
    text.insert(at + mark.size(), addition);
  }
}

}  // namespace

std::string programs_folder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

std::string sanitizer_report(const std::string& log) {
  constexpr std::size_t kShownMax = 4000;
  const std::size_t at =
      std::min({log.find("Sanitizer: "), log.find("runtime error: "), log.find("Sanitizer has ")});
  if (at == std::string::npos) {
    return {};
  }
  const std::size_t line = log.rfind('\n', at);
  return log.substr(line == std::string::npos ? 0 : line + 1, kShownMax);
}

nlohmann::json CommandResult::json() const {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("{")) {
      return nlohmann::json::parse(line, nullptr, false);
    }
  }
  return nlohmann::json(nlohmann::json::value_t::discarded);
}

CommandResult run_command(const std::vector<std::string>& words) {
  CommandResult result;
  int output[2] = {-1, -1};
  if (::pipe2(output, O_CLOEXEC) != 0) {
    return result;
  }
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(output[1], STDOUT_FILENO);
    ::dup2(output[1], STDERR_FILENO);
    execute(words);
  }
  ::close(output[1]);
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(output[0], buffer, sizeof buffer)) > 0;) {
    result.output.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(output[0]);
  int status = 0;
  if (child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status)) {
    result.exit_code = WEXITSTATUS(status);
  }
  return result;
}

LiveCluster::LiveCluster(LiveClusterOptions options)
    : options_(std::move(options)), programs_(programs_folder()) {}

LiveCluster::~LiveCluster() {
  stop();
}

void LiveCluster::start_reaper() {
  int alive[2] = {-1, -1};
  int gone[2] = {-1, -1};
  if (::pipe2(alive, O_CLOEXEC) != 0 || ::pipe2(gone, O_CLOEXEC) != 0) {
    return;
  }
  const pid_t middle = ::fork();
  if (middle == 0) {
    ::setsid();
    if (::fork() != 0) {
      ::_exit(0);
    }
    ::close(alive[1]);
    ::close(gone[0]);
    const int null = ::open("/dev/null", O_RDWR);
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      ::dup2(null, standard);  // nobody shall wait for the end of our output
    }
    char byte = 0;
    while (::read(alive[0], &byte, 1) > 0) {
    }
    static_cast<void>(run_command({programs_ + "/tercet", "dev", "down", "--dir", folder_}));
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    ::_exit(0);
  }
  ::waitpid(middle, nullptr, 0);
  ::close(alive[0]);
  ::close(gone[1]);
  alive_pipe_ = alive[1];
  gone_pipe_ = gone[0];
}

Status LiveCluster::start() {
  std::string pattern = (std::filesystem::temp_directory_path() / "tercet-live-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return Error(Errc::io_error, "make a temporary folder");
  }
  folder_ = pattern;
  start_reaper();
  const auto dev = [&](const std::string& command, std::vector<std::string> words) {
    words.insert(words.begin(), {programs_ + "/tercet", "dev", command});
    words.insert(words.end(), {"--no-kms", "--dir", folder_});
    words.insert(words.end(), options_.network.begin(), options_.network.end());
    return run_command(words);
  };
  const CommandResult prepared = dev("prepare", {"--proxies", std::to_string(options_.proxies)});
  if (!prepared.done()) {
    return Error(Errc::config_error, "tercet dev prepare: " + prepared.output);
  }
  TERCET_TRY_STATUS(write_stores());
  if (options_.edit) {
    options_.edit(folder_);
  }
  const CommandResult up = dev("up", {"--keep-config", "--timeout-s", "300"});  // of patience
  if (!up.done()) {
    return Error(Errc::link_closed, "tercet dev up: " + up.output);
  }
  dev_ = nlohmann::json::parse(read_file(file("dev.json")));
  return ok_status();
}

void LiveCluster::stop() {
  if (alive_pipe_ < 0) {
    return;
  }
  if (!dev_.is_null()) {  // it did start
    if (const auto state = cli::load_dev_state(cli::DevLayout(folder_)); state && *state) {
      for (const cli::BackgroundProcess& process : (*state)->processes) {
        expect_alive(process);
      }
    }
    const CommandResult down =
        run_command({programs_ + "/tercet", "dev", "down", "--dir", folder_});
    EXPECT_TRUE(down.done()) << down.output;
    expect_no_reports();
  }
  ::close(alive_pipe_);
  char byte = 0;
  while (::read(gone_pipe_, &byte, 1) > 0) {
  }
  ::close(gone_pipe_);
  alive_pipe_ = -1;
  gone_pipe_ = -1;
}

void LiveCluster::expect_no_reports() const {
  for (const auto& entry : std::filesystem::directory_iterator(file("log"))) {
    const std::string report = sanitizer_report(read_file(entry.path()));
    EXPECT_EQ(report, "") << entry.path().filename();
  }
}

void LiveCluster::expect_alive(const cli::BackgroundProcess& process) const {
  EXPECT_TRUE(process.alive() || ended_on_purpose_.contains(process.name))
      << process.name << " has ended by itself:\n"
      << cli::tail_of(file("log/" + process.name + ".log"), 10);
}

Status LiveCluster::write_stores() const {
  std::string cluster = read_file(file("cluster.yaml"));  // ends with the list of stores
  std::string credentials;
  for (const LiveStore& store : options_.more_stores) {
    std::string ids;
    for (const LiveCredential& credential : store.credentials) {
      const std::string secret_file = "keys/" + credential.access_key_id + ".secret";
      write_file(file(secret_file), as_bytes(credential.secret_access_key));
      credentials += "  - access_key_id: " + credential.access_key_id +
                     "\n    secret_file: " + secret_file + "\n";
      ids += (ids.empty() ? "" : ", ") + credential.access_key_id;
    }
    cluster += "  - name: " + store.name + "\n    uri_path: \"" + store.uri_path +
               "\"\n    regions: [" + store.credentials.at(0).region + "]\n    access_key_ids: [" +
               ids + "]\n";
  }
  TERCET_TRY_STATUS(cli::replace_file(file("cluster.yaml"), cluster));
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string path = file(cli::DevLayout::node(i) + ".yaml");
    std::string node = read_file(path);
    insert_after(node, "credentials:\n", credentials);
    TERCET_TRY_STATUS(cli::replace_file(path, node));
  }
  for (std::size_t i = 0; i < options_.proxies; ++i) {
    // Nobody balances load here: a stop need not wait for that.
    const std::string path = file(cli::DevLayout::proxy(i) + ".yaml");
    const std::string limits =
        "limits:\n  drain_ms: 100\n  request_deadline_ms: " + std::to_string(kRequestDeadlineMs) +
        "\n";
    TERCET_TRY_STATUS(cli::replace_file(path, read_file(path) + limits));
  }
  return ok_status();
}

LiveEndpoint LiveCluster::proxy(std::size_t index) const {
  const nlohmann::json state = nlohmann::json::parse(read_file(file("state.json")));
  const nlohmann::json& first = dev_.at("proxies").at(0);
  const std::string name = cli::DevLayout::proxy(index);
  LiveEndpoint out;
  out.port = state.at("ports").at(name + " xks").get<std::uint16_t>();
  out.metrics_port = state.at("ports").at(name + " metrics").get<std::uint16_t>();
  out.ca_file = first.at("ca_file").get<std::string>();
  out.uri_path = first.at("uri_path").get<std::string>();
  out.credential = LiveCredential(first.at("credential").at("AccessKeyId").get<std::string>(),
                                  first.at("credential").at("RawSecretAccessKey"));
  return out;
}

CommandResult LiveCluster::tercet(std::vector<std::string> words) const {
  words.insert(words.begin(), programs_ + "/tercet");
  words.insert(words.end(), {"--config", file("admin.yaml")});
  return run_command(words);
}

CommandResult LiveCluster::create_key(const std::string& id,
                                      const std::string& usage,
                                      const std::string& store) const {
  return tercet({"key", "create", "--id", id, "--usage", usage, "--store", store});
}

std::string LiveCluster::write_key_file(const std::string& id, ByteView key) const {
  std::string path = file("imported-" + id);
  write_file(path, key);
  return path;
}

CommandResult LiveCluster::import_key(const std::string& id, ByteView key, bool raw_aad) const {
  const std::string key_file = write_key_file(id, key);
  std::vector<std::string> words = {
      "key", "import", "--id", id, "--store", "dev", "--key-file", key_file};
  if (raw_aad) {
    words.emplace_back("--foreign-ciphertexts");
  }
  CommandResult result = tercet(std::move(words));
  std::filesystem::remove(key_file);
  return result;
}

std::string LiveCluster::network_namespace(const std::string& name) const {
  const nlohmann::json wan = dev_.value("wan", nlohmann::json::object());
  for (const nlohmann::json& site : wan.value("sites", nlohmann::json::array())) {
    if (site.at("name") == name) {
      return site.at("netns");
    }
  }
  return "";
}

Status LiveCluster::start(const std::string& name) {
  if (const cli::BackgroundProcess before = process(name); !before.name.empty()) {
    expect_alive(before);
  }
  ended_on_purpose_.erase(name);
  const cli::DevLayout layout(folder_);
  const std::string program = name.starts_with("node-") ? "/tercet-node" : "/tercet-proxy";
  TERCET_TRY(cli::BackgroundProcess process,
             cli::start_background(name,
                                   {programs_ + program, "--config", file(name + ".yaml")},
                                   file("log/" + name + ".log"),
                                   network_namespace(name)));
  TERCET_TRY(std::optional<cli::DevState> state, cli::load_dev_state(layout));
  if (!state) {
    return Error(Errc::not_found, "start " + name + ": there is no cluster");
  }
  std::erase_if(state->processes, [&](const auto& other) { return other.name == name; });
  state->processes.push_back(std::move(process));
  return cli::save_dev_state(layout, *state);
}

cli::BackgroundProcess LiveCluster::process(const std::string& name) const {
  const auto state = cli::load_dev_state(cli::DevLayout(folder_));
  if (state && *state) {
    for (const cli::BackgroundProcess& process : (*state)->processes) {
      if (process.name == name) {
        return process;
      }
    }
  }
  return {};
}

void LiveCluster::send_signal(const std::string& name, int signal) const {
  if (const cli::BackgroundProcess target = process(name); target.alive()) {
    ::kill(target.pid, signal);
  }
}

void LiveCluster::kill(const std::string& name) {
  send_signal(name, SIGKILL);
  EXPECT_TRUE(ended(name, kEndLimit)) << name;
}

bool LiveCluster::ended(const std::string& name, Milliseconds limit) {
  ended_on_purpose_.insert(name);
  const cli::BackgroundProcess target = process(name);
  return eventually([&] { return !target.alive(); }, limit);
}

bool LiveCluster::alive(const std::string& name) const {
  return process(name).alive();
}

pid_t LiveCluster::pid(const std::string& name) const {
  return process(name).pid;
}

std::string LiveCluster::log(const std::string& name) const {
  return read_file(file("log/" + name + ".log"));
}

void LiveEnvironment::SetUp() {
  std::signal(SIGPIPE, SIG_IGN);
  the_cluster() = std::make_unique<LiveCluster>(options_);
  const Status started = the_cluster()->start();
  if (!started) {
    the_cluster().reset();
    FAIL() << started.error().to_string();
  }
}

void LiveEnvironment::TearDown() {
  the_cluster().reset();
}

LiveCluster& live_cluster() {
  return *the_cluster();
}

bool eventually(const std::function<bool()>& condition, Milliseconds limit) {
  const Deadline until = Deadline::in(real_clock(), limit);
  while (!condition()) {
    if (until.passed()) {
      return condition();
    }
    std::this_thread::sleep_for(kPollPause);
  }
  return true;
}

}  // namespace tercet::test
