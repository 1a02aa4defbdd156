#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "bench/load/latency.h"

namespace tercet::bench {

/// Processor time of a process until now, by the names of its threads.
class ProcessorTime {
 public:
  ProcessorTime() = default;

  Nanoseconds total() const;
  /// What was spent since `before`; threads that have ended in between are not in it.
  ProcessorTime since(const ProcessorTime& before) const;

  std::map<std::string, Nanoseconds> by_thread;
};

/// From /proc/PID/task/*/schedstat. Nothing if there is no such process.
std::optional<ProcessorTime> processor_time(pid_t pid);

/// First number of a schedstat: nanoseconds on a processor.
std::optional<Nanoseconds> parse_schedstat(std::string_view text);

/// Resident memory in bytes: now, and the most there ever was.
class ResidentMemory {
 public:
  ResidentMemory() = default;
  std::uint64_t now = 0;
  std::uint64_t peak = 0;
};

/// From /proc/PID/status.
std::optional<ResidentMemory> resident_memory(pid_t pid);
ResidentMemory parse_status(std::string_view text);

/// What this machine is, for the report.
class Machine {
 public:
  Machine() = default;
  static Machine look();
  std::string processor;
  std::string kernel;
  unsigned processors = 0;
  double load_average = 0;  ///< of the last minute
};

}  // namespace tercet::bench
