#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace tercet::bench {

/// A process of the system under load.
class ProcessEntry {
 public:
  ProcessEntry() = default;
  std::string name;
  pid_t pid = 0;
  std::string metrics;  ///< URL, http only; may be empty
};

/// What tercet-bench reads from a dev.json (architecture.md, "Commands").
class ClusterFile {
 public:
  ClusterFile() = default;
  /// Errors: config_error.
  static Result<ClusterFile> load(const std::string& path);
  static Result<ClusterFile> parse(const std::string& text);

  std::string endpoint;  ///< of the first proxy
  std::string uri_path;
  std::string ca_file;
  std::string access_key_id;
  std::string secret;  ///< a development credential
  std::string region = "us-east-1";
  std::string admin_config;  ///< empty: keys cannot be made
  std::vector<ProcessEntry> proxies;
  std::vector<ProcessEntry> nodes;

  /// A key whose bytes are in a file, already served under raw AAD (only of tercet-bench-openssl).
  class KnownKey {
   public:
    std::string id;
    std::string file;
  };

  std::optional<KnownKey> known_key;

  /// "localhost:8443"
  std::string authority() const;
};

/// Errors: io_error.
Result<std::string> read_file(const std::string& path);
Status write_file(const std::string& path, const std::string& content);

}  // namespace tercet::bench
