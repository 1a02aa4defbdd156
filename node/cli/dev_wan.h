#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "node/cli/dev_layout.h"

namespace tercet::cli {

/// What is asked of the wide-area emulator: one of the two.
class WanOptions {
 public:
  WanOptions() = default;
  std::string rtt_ms;       ///< the same round trip between all sites
  std::string matrix_file;  ///< docs/wide-area.md
};

/// The network that a running emulator (tercet-wan) made.
class WanNetwork {
 public:
  WanNetwork() = default;

  std::map<std::string, std::string> addresses;   ///< of each node
  std::map<std::string, std::string> namespaces;  ///< of each node: a file that stands for it
  std::string json;                               ///< all of what the emulator says
};

/// The nodes' addresses that a cluster asks for first: always the same ones, and others than those
/// of other clusters, mostly.
std::map<std::string, std::string> preferred_wan_addresses(const DevState& state);

/// The words of the command that starts the emulator; it asks for `state.hosts` if it can.
std::vector<std::string> wan_command(const WanOptions& options,
                                     const DevLayout& layout,
                                     const DevState& state);

/// What the emulator wrote: nothing yet, the network, or its error.
Result<std::optional<WanNetwork>> read_wan(const DevLayout& layout);

}  // namespace tercet::cli
