#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/live_cluster.h"

namespace tercet::test {

/// Runs one of the built programs, which lie beside this test; `words[0]` is its name.
inline CommandResult run_program(std::vector<std::string> words) {
  const std::filesystem::path folder =
      std::filesystem::read_symlink("/proc/self/exe").parent_path();
  words[0] = folder / words[0];
  return run_command(words);
}

}  // namespace tercet::test
