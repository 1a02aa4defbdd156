#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/time/clock.h"

namespace tercet::cli {

/// A process that outlives us, named so that a reused pid is never taken for it.
class BackgroundProcess {
 public:
  BackgroundProcess() = default;

  BackgroundProcess(std::string process_name, pid_t id, std::uint64_t ticks)
      : name(std::move(process_name)), pid(id), started_ticks(ticks) {}

  std::string name;
  pid_t pid = 0;
  /// When it started, in clock ticks since boot (/proc/PID/stat), with its pid its identity.
  std::uint64_t started_ticks = 0;

  bool alive() const;
};

/// Starts `arguments[0]` in a process group of its own, stdin from /dev/null, stdout and stderr
/// appended to `log` (0600), all other descriptors closed. `network_namespace`: a file that stands
/// for the one it shall run in; empty: ours.
Result<BackgroundProcess> start_background(const std::string& name,
                                           const std::vector<std::string>& arguments,
                                           const std::string& log,
                                           const std::string& network_namespace = "");

/// SIGTERM, then SIGKILL to those that are still there at the deadline; says so where that takes
/// long. Returns the names of those that had to be killed.
std::vector<std::string> stop_all(const std::vector<BackgroundProcess>& processes,
                                  Deadline deadline);

/// The last lines of a log, for an error message.
std::string tail_of(const std::string& path, std::size_t lines);

/// A TCP port of 127.0.0.1 that nobody listens on now, below the ephemeral range so that no
/// outgoing connection takes it; `preferred` first, then by chance. None of `taken`.
Result<std::uint16_t> find_port(std::uint16_t preferred, const std::vector<std::uint16_t>& taken);

}  // namespace tercet::cli
