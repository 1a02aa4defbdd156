#include "node/store/command_log.h"

#include "node/store/database.h"
#include "node/store/share_sealer.h"

namespace tercet::node {
namespace {

constexpr std::string_view kTable = "commands";
constexpr std::string_view kColumns =
    "SELECT position, id, key, envelope, logged_at, state, detail, code FROM commands ";

// The position is left out: SQLite gives it at insertion.
Bytes row_of(const LoggedCommand& command) {
  ByteWriter row;
  row.blob(command.id.view())
      .text(command.key)
      .text(command.envelope)
      .u64(static_cast<std::uint64_t>(command.logged_at))
      .u8(static_cast<std::uint8_t>(command.state))
      .text(command.detail);
  return row.take();
}

}  // namespace

std::string_view print_command_state(CommandState state) {
  switch (state) {
    case CommandState::accepted:
      return "accepted";
    case CommandState::done:
      return "done";
    case CommandState::failed:
      return "failed";
  }
  return "unknown";
}

Result<LoggedCommand> CommandLog::read(const Statement& row) const {
  LoggedCommand command;
  command.position = static_cast<std::uint64_t>(row.integer(0));
  const Bytes id = row.blob(1);
  if (id.size() != CommandId::kBytes) {
    return Error(Errc::storage_corrupt, "read the command log: an id has a wrong length");
  }
  command.id = CommandId::copy_of(id);
  command.key = row.text(2);
  command.envelope = row.text(3);
  command.logged_at = row.integer(4);
  command.state = static_cast<CommandState>(row.integer(5));
  command.detail = row.text(6);
  TERCET_TRY_STATUS(sealer_->check_row(kTable, row_of(command), row.blob(7)));
  return command;
}

Status CommandLog::append(const LoggedCommand& command) {
  TERCET_TRY(Statement insert,
             database_->prepare("INSERT INTO commands (id, key, envelope, logged_at, state, "
                                "detail, code) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  insert.with(command.id.view())
      .with(std::string_view(command.key))
      .with(std::string_view(command.envelope))
      .with(command.logged_at)
      .with(static_cast<std::int64_t>(command.state))
      .with(std::string_view(command.detail))
      .with(ByteView(sealer_->row_code(kTable, row_of(command))));
  return insert.run();
}

Status CommandLog::set_state(const CommandId& id, CommandState state, const std::string& detail) {
  TERCET_TRY(std::optional<LoggedCommand> command, find(id));
  if (!command) {
    return Error(Errc::not_found, "change a command's state: it is not in the log");
  }
  command->state = state;
  command->detail = detail;
  TERCET_TRY(Statement update,
             database_->prepare("UPDATE commands SET state = ?, detail = ?, code = ? "
                                "WHERE id = ?"));
  update.with(static_cast<std::int64_t>(state))
      .with(std::string_view(detail))
      .with(ByteView(sealer_->row_code(kTable, row_of(*command))))
      .with(id.view());
  return update.run();
}

Result<std::optional<LoggedCommand>> CommandLog::find(const CommandId& id) const {
  TERCET_TRY(Statement query, database_->prepare(std::string(kColumns) + "WHERE id = ?"));
  query.with(id.view());
  std::optional<LoggedCommand> out;
  TERCET_TRY(const bool found, query.next());
  if (found) {
    TERCET_TRY(LoggedCommand command, read(query));
    out = std::move(command);
  }
  return out;
}

Result<std::vector<CommandId>> CommandLog::ids() const {
  TERCET_TRY(Statement query, database_->prepare("SELECT id FROM commands ORDER BY position"));
  std::vector<CommandId> out;
  for (;;) {
    TERCET_TRY(const bool more, query.next());
    if (!more) {
      return out;
    }
    const Bytes id = query.blob(0);
    if (id.size() != CommandId::kBytes) {
      return Error(Errc::storage_corrupt, "read the command log: an id has a wrong length");
    }
    out.push_back(CommandId::copy_of(id));
  }
}

Result<std::vector<LoggedCommand>> CommandLog::unfinished() const {
  TERCET_TRY(Statement query,
             database_->prepare(std::string(kColumns) + "WHERE state = 0 ORDER BY position"));
  std::vector<LoggedCommand> out;
  for (;;) {
    TERCET_TRY(const bool more, query.next());
    if (!more) {
      return out;
    }
    TERCET_TRY(LoggedCommand command, read(query));
    out.push_back(std::move(command));
  }
}

Status CommandLog::check_all() const {
  TERCET_TRY(Statement query, database_->prepare(kColumns));
  for (;;) {
    TERCET_TRY(const bool more, query.next());
    if (!more) {
      return ok_status();
    }
    TERCET_TRY(const LoggedCommand command, read(query));
    static_cast<void>(command);
  }
}

Result<std::uint64_t> CommandLog::length() const {
  TERCET_TRY(Statement query, database_->prepare("SELECT count(*) FROM commands"));
  TERCET_TRY(const bool found, query.next());
  return found ? static_cast<std::uint64_t>(query.integer(0)) : 0;
}

}  // namespace tercet::node
