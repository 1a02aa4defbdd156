#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "node/cli/background_process.h"

namespace tercet::cli {

/// What a development cluster's folder remembers between `dev up` and `dev down`: names, ports and
/// the processes that run. Kept as DIR/state.json (0600), replaced whole by write, flush, rename.
class DevState {
 public:
  DevState() = default;

  std::string cluster_id;  ///< 32 hex digits
  std::string access_key_id;
  std::map<std::string, std::uint16_t> ports;  ///< by what they are for: "node-1 peer", ...
  /// Addresses of the programs that are a host of their own: "node-1", ...; others: 127.0.0.1.
  std::map<std::string, std::string> hosts;
  std::vector<BackgroundProcess> processes;
  bool nodes_have_data = false;  ///< they started once

  /// host:port of a use in `ports`.
  std::string address(const std::string& use) const;

  std::string print() const;
  static Result<DevState> parse(const std::string& text);
};

/// Where everything of a development cluster lies in its folder.
class DevLayout {
 public:
  explicit DevLayout(std::string directory) : root_(std::move(directory)) {}

  const std::string& root() const { return root_; }

  std::string file(const std::string& name) const { return root_ + "/" + name; }

  std::string state_file() const { return file("state.json"); }

  std::string dev_json() const { return file("dev.json"); }

  /// Where the wide-area emulator says what is where.
  std::string wan_json() const { return file("wan.json"); }

  std::string admin_yaml() const { return file("admin.yaml"); }

  std::string cluster_yaml() const { return file("cluster.yaml"); }

  std::string secret_file() const { return file("keys/xks-secret"); }

  static std::string node(std::size_t index) { return "node-" + std::to_string(index + 1); }

  static std::string proxy(std::size_t index) { return "proxy-" + std::to_string(index + 1); }

 private:
  std::string root_;
};

/// Replaces a file whole: write, flush, rename, flush of the directory (rule D1). Mode 0600.
Status replace_file(const std::string& path, const std::string& content);
Result<std::string> read_text_file(const std::string& path);

Result<std::optional<DevState>> load_dev_state(const DevLayout& layout);
Status save_dev_state(const DevLayout& layout, const DevState& state);

}  // namespace tercet::cli
