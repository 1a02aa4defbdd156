#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/time/clock.h"
#include "node/cli/dev_layout.h"
#include "node/cli/dev_wan.h"

namespace tercet::cli {

class DevOptions {
 public:
  DevOptions() = default;
  std::string directory;
  std::size_t proxies = 1;
  bool with_kms = true;
  bool keep_configuration = false;  ///< use the files of `prepare` as they are now
  std::optional<WanOptions> wan;    ///< each node a host of its own, behind the emulator
  Milliseconds limit{60'000};
};

/// A whole cluster of this machine in the background: three nodes, proxies, a local KMS front end.
/// One folder holds its keys, configuration, data, logs and dev.json.
class DevCluster {
 public:
  /// Whether there is one in this folder, running or not.
  static bool is_in(const std::string& directory);
  /// Takes a folder that is new, empty or of an earlier cluster. Errors: config_error (another
  /// folder, or in use by another `tercet dev`).
  static Result<std::unique_ptr<DevCluster>> open(DevOptions options);
  ~DevCluster();
  DevCluster(const DevCluster&) = delete;
  DevCluster& operator=(const DevCluster&) = delete;

  /// Makes keys, chooses ports, writes the configuration; starts nothing.
  Status prepare();
  /// Ends what a crash left of an earlier cluster here, starts everything, makes the health key,
  /// waits until KMS would call the proxies healthy, writes dev.json. On an error nothing is left
  /// running, and the error shows the logs' ends.
  Status up();
  /// Ends exactly the processes that `up` recorded. Returns how many there were.
  Result<std::size_t> down();

  class ProcessState {
   public:
    std::string name;
    pid_t pid = 0;
    bool alive = false;
  };

  std::vector<ProcessState> processes() const;

  const DevLayout& layout() const { return layout_; }

 private:
  DevCluster(DevOptions options, int lock);
  Status start(const std::string& name, const std::vector<std::string>& arguments);
  Status stop_leftovers();
  Status write_files();
  Status check_kept_configuration() const;
  Status start_network(Deadline deadline);
  Status use_network();
  Status stop_with(const Error& error);
  Status start_all();
  Status wait_for_nodes(Deadline deadline);
  Status make_health_key(Deadline deadline);
  Status wait_for_proxies(Deadline deadline);
  Status wait_for_kms(Deadline deadline);
  /// Runs `probe` until it succeeds; an error when a process ended or the deadline passed.
  template <class Probe>
  Status wait_for(const std::string& what, Deadline deadline, Probe probe);
  Status check_processes() const;
  std::string logs() const;
  Result<std::string> dev_json() const;

  std::string log_of(const std::string& name) const { return layout_.file("log/" + name + ".log"); }

  DevOptions options_;
  DevLayout layout_;
  int lock_;
  DevState state_;
  WanNetwork network_;  ///< with options_.wan, once it runs
};

/// The program of this name beside our own.
Result<std::string> program_beside(const std::string& name);

}  // namespace tercet::cli
