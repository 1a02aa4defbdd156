#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/async/task.h"
#include "core/base/result.h"
#include "core/config/admin_config.h"
#include "core/time/clock.h"
#include "node/cli/output.h"

namespace tercet::cli {

/// What one node answered, or why it did not.
class NodeAnswer {
 public:
  NodeAnswer() = default;
  std::string node;
  std::string address;
  std::optional<Error> unreachable;
  unsigned status = 0;
  std::int64_t arrived_ms = 0;  ///< when it came, by this machine's wall clock
  nlohmann::json body;

  bool reached() const { return !unreachable.has_value(); }

  bool ok() const { return reached() && status >= 200 && status < 300; }

  /// For people: the node's refusal with its hint, or why it cannot be reached.
  std::string complaint() const;
};

using NodeAnswers = std::vector<NodeAnswer>;

/// Asks the admin API of all three nodes at once (mutual TLS, each node pinned to its name and
/// role). For the command line: its calls block, and `run` does several things side by side.
class AdminClient {
 public:
  /// Errors: config_error (certificate files).
  static Result<std::unique_ptr<AdminClient>> make(const AdminConfig& config);
  ~AdminClient();
  AdminClient(const AdminClient&) = delete;
  AdminClient& operator=(const AdminClient&) = delete;

  /// One answer per node, in the order of the cluster file. `body` empty: no body.
  NodeAnswers ask_all(std::string_view method,
                      const std::string& target,
                      const std::string& body,
                      Milliseconds limit);
  /// The same, to some of the nodes (indices in the cluster file).
  NodeAnswers ask_these(const std::vector<std::size_t>& nodes,
                        std::string_view method,
                        const std::string& target,
                        const std::string& body,
                        Milliseconds limit);
  /// Hears each answer when it comes, which for one may be long before the last. True: that is
  /// enough, and who has not answered yet is waited for only a moment longer.
  using Heard = std::function<bool(const NodeAnswer&)>;
  /// The same from within `run`. `heard` may be empty.
  Task<NodeAnswers> ask(std::vector<std::size_t> nodes,
                        std::string method,
                        std::string target,
                        std::string body,
                        Milliseconds limit,
                        Heard heard = nullptr);
  /// Runs `work` on the client's executor until it is done. Whose answer it waits for is said on
  /// standard error if that takes long.
  void run(Task<void> work);
  /// Of the work that runs.
  Progress& progress();
  const asio::any_io_executor& executor() const;
  /// Indices of all nodes.
  std::vector<std::size_t> all() const;

 private:
  class Impl;
  explicit AdminClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tercet::cli
