#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/support/live_cluster.h"

namespace tercet::test {

/// A program that goes on while the test does something else, its output in a file.
/// Threads: one; started before the test program starts others.
class RunningCommand {
 public:
  /// `output` is written anew.
  RunningCommand(const std::vector<std::string>& words, std::string output);
  /// Waits for its end.
  ~RunningCommand();
  RunningCommand(const RunningCommand&) = delete;
  RunningCommand& operator=(const RunningCommand&) = delete;

  /// Waits for its end.
  CommandResult wait();

 private:
  std::string output_;
  pid_t child_ = -1;
};

}  // namespace tercet::test
