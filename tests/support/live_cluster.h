#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "node/cli/background_process.h"

namespace tercet::test {

/// A SigV4 credential of a key store, known to a test.
class LiveCredential {
 public:
  LiveCredential() = default;

  LiveCredential(std::string id, std::string secret)
      : access_key_id(std::move(id)), secret_access_key(std::move(secret)) {}

  std::string access_key_id;
  std::string secret_access_key;
  std::string region = "us-east-1";
  std::string service = "kms-xks-proxy";
};

/// A key store besides the one that `tercet dev` makes.
class LiveStore {
 public:
  LiveStore() = default;
  std::string name;
  std::string uri_path;
  std::vector<LiveCredential> credentials;
};

class LiveClusterOptions {
 public:
  LiveClusterOptions() = default;
  /// In the cluster file; the first is started with the cluster, the others by start().
  std::size_t proxies = 1;
  std::vector<LiveStore> more_stores;
  /// Words for `tercet dev`: --rtt-ms or --wan with its value; empty: this machine's loopback.
  std::vector<std::string> network;
  /// Last changes to the files in the folder, before anything is started.
  std::function<void(const std::string& folder)> edit;
};

/// What a client of one proxy needs.
class LiveEndpoint {
 public:
  LiveEndpoint() = default;
  std::uint16_t port = 0;          ///< HTTPS at 127.0.0.1
  std::uint16_t metrics_port = 0;  ///< plain HTTP
  std::string host_name = "localhost";
  std::string ca_file;
  std::string uri_path;  ///< of the store "dev"
  LiveCredential credential;
};

class CommandResult {
 public:
  CommandResult() = default;
  int exit_code = -1;
  std::string output;  ///< standard output and error together

  bool done() const { return exit_code == 0; }

  /// The document that `--json` printed; discarded (is_discarded()) if there is none. Progress and
  /// complaints, which stand on lines of standard error, are none of it.
  nlohmann::json json() const;
};

/// What a sanitizer has written into a program's log, from its first line on; empty if nothing.
std::string sanitizer_report(const std::string& log);

/// Where the built programs are.
std::string programs_folder();

/// Runs a program without a shell and waits for its end.
CommandResult run_command(const std::vector<std::string>& words);

/// Three tercet-node and a tercet-proxy, the built programs, started by the built `tercet` command
/// in a temporary folder of its own on ports that are free. However the test program ends, the
/// processes and the folder go with it: a process apart (the reaper) waits for that.
/// Threads: one, before the test program starts others. A test binary that uses it is registered
/// with WHOLE, depends on the three programs, and lies beside them.
class LiveCluster {
 public:
  /// Nothing is running yet.
  explicit LiveCluster(LiveClusterOptions options);
  ~LiveCluster();
  LiveCluster(const LiveCluster&) = delete;
  LiveCluster& operator=(const LiveCluster&) = delete;

  /// Returns when all are healthy. Errors: with the ends of the logs.
  Status start();
  /// Ends what runs. Fails the test if a program did not end well or had ended by itself, or if a
  /// sanitizer has complained of one: nobody else looks at programs in the background.
  void stop();

  /// dev.json, as docs/ describe it.
  const nlohmann::json& dev() const { return dev_; }

  const std::string& folder() const { return folder_; }

  std::string file(const std::string& name) const { return folder_ + "/" + name; }

  LiveEndpoint proxy(std::size_t index = 0) const;

  /// `tercet WORDS... --config admin.yaml`.
  CommandResult tercet(std::vector<std::string> words) const;
  /// usage: "encrypt,decrypt", "encrypt", "decrypt", "none".
  CommandResult create_key(const std::string& id,
                           const std::string& usage = "encrypt,decrypt",
                           const std::string& store = "dev") const;
  /// `raw_aad`: a key for ciphertexts made elsewhere (--foreign-ciphertexts).
  CommandResult import_key(const std::string& id, ByteView key, bool raw_aad) const;
  /// A file with a raw key, for `key import --key-file`; its path.
  std::string write_key_file(const std::string& id, ByteView key) const;

  /// Starts "node-2" or "proxy-3" with NAME.yaml. It is in no way waited for. Fails the test if one
  /// that runs no more was neither killed nor waited for.
  Status start(const std::string& name);
  void send_signal(const std::string& name, int signal) const;
  /// SIGKILL, and waits until it is gone.
  void kill(const std::string& name);
  /// Waits until it has ended by itself, as the test wants it to.
  bool ended(const std::string& name, Milliseconds limit);
  bool alive(const std::string& name) const;
  pid_t pid(const std::string& name) const;
  /// What it has written to its log so far.
  std::string log(const std::string& name) const;

 private:
  Status write_stores() const;
  std::string network_namespace(const std::string& name) const;
  cli::BackgroundProcess process(const std::string& name) const;
  void start_reaper();
  void expect_no_reports() const;
  void expect_alive(const cli::BackgroundProcess& process) const;

  LiveClusterOptions options_;
  std::string folder_;
  std::string programs_;  ///< the folder of the built programs
  nlohmann::json dev_;
  std::set<std::string> ended_on_purpose_;
  int alive_pipe_ = -1;  ///< the reaper sees it close
  int gone_pipe_ = -1;   ///< closed by the reaper when it is done
};

/// The cluster of this test binary: started before the first case, stopped after the last. Use:
///   const auto* const kEnvironment = testing::AddGlobalTestEnvironment(new LiveEnvironment(...));
class LiveEnvironment final : public testing::Environment {
 public:
  explicit LiveEnvironment(LiveClusterOptions options) : options_(std::move(options)) {}

  void SetUp() override;
  void TearDown() override;

 private:
  LiveClusterOptions options_;
};

LiveCluster& live_cluster();

/// Waits for a condition, a little at a time; what it said last.
bool eventually(const std::function<bool()>& condition, Milliseconds limit = Milliseconds(30'000));

}  // namespace tercet::test
