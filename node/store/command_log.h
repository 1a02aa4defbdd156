#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"

namespace tercet::node {

class Database;
class ShareSealer;
class Statement;

/// How far a command got at this node.
enum class CommandState : std::uint8_t {
  accepted = 0,  ///< durable; the joint session it asks for has not ended yet
  done = 1,
  failed = 2,  ///< for good: expired before the session succeeded
};

std::string_view print_command_state(CommandState state);

class LoggedCommand {
 public:
  LoggedCommand() = default;

  std::uint64_t position = 0;  ///< in this node's log, from 1
  CommandId id;
  std::string key;       ///< the key it is about
  std::string envelope;  ///< the signed document as received (JSON)
  std::int64_t logged_at = 0;
  CommandState state = CommandState::accepted;
  std::string detail;  ///< why it failed, or why it still waits; fixed words
};

/// The signed commands this node accepted, in order. Append only; only state and detail change.
/// Threads: one, that of NodeStore. Every Status that is ok is durable.
class CommandLog {
 public:
  CommandLog(Database& database, const ShareSealer& sealer)
      : database_(&database), sealer_(&sealer) {}

  /// Errors: already_exists (the id).
  Status append(const LoggedCommand& command);
  Status set_state(const CommandId& id, CommandState state, const std::string& detail);
  Result<std::optional<LoggedCommand>> find(const CommandId& id) const;
  /// Ids in order of the log.
  Result<std::vector<CommandId>> ids() const;
  /// Those whose joint session has not ended.
  Result<std::vector<LoggedCommand>> unfinished() const;
  /// Reads and authenticates every row. Errors: storage_corrupt.
  Status check_all() const;
  Result<std::uint64_t> length() const;

 private:
  Result<LoggedCommand> read(const Statement& row) const;

  Database* database_;
  const ShareSealer* sealer_;
};

}  // namespace tercet::node
