#pragma once

#include <optional>
#include <string>

#include "tests/support/live_cluster.h"

namespace tercet::test {

/// Why this machine lets nobody put nodes far apart; nothing if it does. Whatever else
/// `tercet-wan` complains of fails the test.
inline std::optional<std::string> why_no_wide_area() {
  constexpr int kNotPermitted = 3;  // as `tercet-wan measure --help` says
  const CommandResult tried =
      run_command({programs_folder() + "/tercet-wan", "measure", "--rtt-ms", "0", "--echoes", "1"});
  if (tried.exit_code == kNotPermitted) {
    return tried.output;
  }
  EXPECT_TRUE(tried.done()) << tried.output;
  return std::nullopt;
}

}  // namespace tercet::test
