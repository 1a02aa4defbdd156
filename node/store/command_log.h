#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/command/command.h"
#include "node/command/command_effects.h"
#include "node/command/envelope.h"
#include "node/command/key_blocks.h"
#include "node/model/digest_index.h"
#include "node/store/database.h"
#include "node/store/open_makings.h"

namespace tercet::node {

class ShareSealer;
class Statement;

/// How far a command got at this node.
enum class CommandState : std::uint8_t {
  accepted = 0,  ///< durable; a decision, or a receipt, is still missing
  done = 1,
  failed = 2,  ///< for good: expired, or another command made what it asks for
};

std::string_view print_command_state(CommandState state);

class LoggedCommand {
 public:
  LoggedCommand() = default;

  const CommandId& id() const { return command.id; }

  std::uint64_t position = 0;  ///< in this node's log, from 1
  Command command;             ///< what the envelope's document says
  CommandEnvelope envelope;    ///< as received, with the receipts known here
  std::int64_t logged_at = 0;
  CommandState state = CommandState::accepted;
  std::string detail;  ///< why it failed, or why it still waits; fixed words
};

inline constexpr const char* kCommandTables = R"sql(
CREATE TABLE commands (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  key TEXT NOT NULL,
  form INTEGER NOT NULL,
  envelope TEXT NOT NULL,
  logged_at INTEGER NOT NULL,
  state INTEGER NOT NULL,
  detail TEXT NOT NULL,
  code BLOB NOT NULL
) STRICT;
CREATE INDEX commands_open ON commands (form, position) WHERE state = 0;
CREATE INDEX commands_waiting ON commands (key, position) WHERE state = 0;
CREATE TABLE receipts (
  command BLOB NOT NULL REFERENCES commands (id),
  node INTEGER NOT NULL,
  membership INTEGER NOT NULL,
  signature BLOB NOT NULL,
  code BLOB NOT NULL,
  PRIMARY KEY (command, node)
) STRICT;
)sql";

/// The signed commands this node accepted, in order, with the receipts of permits, and what they
/// say together about blocks, mirrored in memory. Append only; state, detail and receipts change.
/// Threads: one, that of NodeStore. Every Status that is ok is durable.
class CommandLog final : public Mirror {
 public:
  /// Reads and authenticates every row. Errors: storage_error, storage_corrupt.
  static Result<CommandLog> load(Database& database,
                                 const ShareSealer& sealer,
                                 const CommandEffects& effects = full_command_effects());

  /// Errors: already_exists (the id).
  Status append(const LoggedCommand& command);
  /// The caller checked the signature. A second one of the same node changes nothing. With enough
  /// of them the permit is in force and `done`. Errors: not_found.
  Status add_receipt(const CommandId& id, const Receipt& receipt);
  Status set_state(const CommandId& id, CommandState state, const std::string& detail);

  Result<std::optional<LoggedCommand>> find(const CommandId& id) const;
  /// Ids in order of the log.
  Result<std::vector<CommandId>> ids() const;
  /// Commands on the key that are neither done nor failed, in order of the log.
  Result<std::vector<LoggedCommand>> waiting_on(const KeyId& key) const;

  /// All that make a key version and are neither done nor failed.
  const OpenMakings& open_makings() const { return open_makings_; }

  /// Commands that make something, neither done nor failed, on keys behind `after` (empty: all), in
  /// the order of their keys; at most `limit`.
  Result<std::vector<LoggedCommand>> waiting_behind(std::string_view after,
                                                    std::size_t limit) const;
  /// Of that form, neither done nor failed; the newest `limit` of them, oldest first.
  Result<std::vector<LoggedCommand>> unfinished(CommandForm form, std::size_t limit) const;
  Result<std::uint64_t> length() const;

  /// When a command is in force here, and what it does.
  const CommandEffects& effects() const { return *effects_; }

  /// What all blocks, and all permits in force, say together.
  const KeyBlocks& blocks() const { return blocks_; }

  /// The id of each command with its receipts, to be compared with a peer's.
  const DigestIndex& digests() const { return digests_; }

  Status read_anew() override;

 private:
  CommandLog(Database& database, const ShareSealer& sealer, const CommandEffects& effects)
      : database_(&database), sealer_(&sealer), effects_(&effects) {}

  Result<LoggedCommand> read(const Statement& row) const;
  Result<std::vector<LoggedCommand>> read_all(Statement query) const;
  Result<std::vector<Receipt>> receipts_of(const CommandId& id) const;
  Status insert_receipt(const CommandId& id, const Receipt& receipt);
  bool in_force(const LoggedCommand& command) const;
  void take_effect(const LoggedCommand& command);
  void note_open(const LoggedCommand& command);

  Database* database_;
  const ShareSealer* sealer_;
  const CommandEffects* effects_;
  KeyBlocks blocks_;
  DigestIndex digests_;
  OpenMakings open_makings_;
};

}  // namespace tercet::node
