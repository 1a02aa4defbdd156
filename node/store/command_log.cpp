#include "node/store/command_log.h"

#include <algorithm>

#include "node/store/database.h"
#include "node/store/share_sealer.h"
#include "node/store/transaction.h"

namespace tercet::node {
namespace {

constexpr std::string_view kTable = "commands";
constexpr std::string_view kReceiptTable = "receipts";
constexpr std::string_view kColumns =
    "SELECT position, id, envelope, logged_at, state, detail, code FROM commands ";

/// The document and the administrators' signatures; receipts have rows of their own.
std::string bare_envelope(const LoggedCommand& command) {
  CommandEnvelope bare;
  bare.document = command.envelope.document;
  bare.signatures = command.envelope.signatures;
  return bare.print();
}

// The position is left out: SQLite gives it at insertion. Key and form follow from the document.
Bytes row_of(const LoggedCommand& command) {
  ByteWriter row;
  row.blob(command.id().view())
      .text(bare_envelope(command))
      .u64(static_cast<std::uint64_t>(command.logged_at))
      .u8(static_cast<std::uint8_t>(command.state))
      .text(command.detail);
  return row.take();
}

Bytes receipt_row(const CommandId& id, const Receipt& receipt) {
  ByteWriter row;
  row.blob(id.view()).u8(mpc::number(receipt.node)).u32(receipt.membership.value());
  row.blob(receipt.signature);
  return row.take();
}

/// Of whose receipts are known, in whatever order they came. Not of the signatures: a corrupt node
/// could sign one receipt in many ways.
ShortDigest receipts_digest(const LoggedCommand& command) {
  std::array<std::uint8_t, 3> known{};
  for (const Receipt& receipt : command.envelope.receipts) {
    known.at(mpc::number(receipt.node) - 1U) = 1;
  }
  return short_sha256(known);
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

Result<CommandLog> CommandLog::load(Database& database,
                                    const ShareSealer& sealer,
                                    const CommandEffects& effects) {
  CommandLog log(database, sealer, effects);
  TERCET_TRY_STATUS(log.read_anew());
  return log;
}

Status CommandLog::read_anew() {
  blocks_ = KeyBlocks();
  digests_.clear();
  open_makings_.clear();
  TERCET_TRY(Statement query, database_->prepare(std::string(kColumns) + "ORDER BY position"));
  for (;;) {
    TERCET_TRY(const bool more, query.next());
    if (!more) {
      return ok_status();
    }
    TERCET_TRY(const LoggedCommand command, read(query));
    take_effect(command);
  }
}

bool CommandLog::in_force(const LoggedCommand& command) const {
  switch (command.command.form()) {
    case CommandForm::making:
      return false;  // its effect is the epoch that a session made
    case CommandForm::block:
      return true;
    case CommandForm::permit:
      return effects_->in_force(command.envelope.receipts.size());
  }
  return false;
}

void CommandLog::take_effect(const LoggedCommand& command) {
  database_->changed(*this);
  digests_.put(as_text(command.id().view()), receipts_digest(command));
  if (in_force(command)) {
    effects_->apply(command.command, blocks_);
  }
  note_open(command);
}

void CommandLog::note_open(const LoggedCommand& command) {
  if (command.command.form() != CommandForm::making) {
    return;
  }
  if (command.state == CommandState::accepted) {
    open_makings_.add(OpenMaking(command.id(), command.command.key(), command.command.expires_at));
  } else {
    open_makings_.remove(command.id());
  }
}

Result<LoggedCommand> CommandLog::read(const Statement& row) const {
  LoggedCommand command;
  command.position = static_cast<std::uint64_t>(row.integer(0));
  const Bytes id = row.blob(1);
  TERCET_TRY(command.envelope, CommandEnvelope::parse(row.text(2)));
  TERCET_TRY(command.command, Command::parse(command.envelope.document));
  if (!std::ranges::equal(id, command.id().view())) {
    return Error(Errc::storage_corrupt, "read the command log: an id is not the document's");
  }
  command.logged_at = row.integer(3);
  command.state = static_cast<CommandState>(row.integer(4));
  command.detail = row.text(5);
  TERCET_TRY_STATUS(sealer_->check_row(kTable, row_of(command), row.blob(6)));
  if (command.command.form() == CommandForm::permit) {
    TERCET_TRY(command.envelope.receipts, receipts_of(command.id()));
  }
  return command;
}

Result<std::vector<Receipt>> CommandLog::receipts_of(const CommandId& id) const {
  TERCET_TRY(Statement query,
             database_->prepare("SELECT node, membership, signature, code FROM receipts "
                                "WHERE command = ? ORDER BY node"));
  query.with(id.view());
  std::vector<Receipt> out;
  for (;;) {
    TERCET_TRY(const bool more, query.next());
    if (!more) {
      return out;
    }
    Receipt receipt;
    const std::int64_t node = query.integer(0);
    const Bytes signature = query.blob(2);
    if (node < 1 || node > 3 || signature.size() != receipt.signature.size()) {
      return Error(Errc::storage_corrupt, "read a receipt: the row is damaged");
    }
    receipt.node = static_cast<mpc::PartyIndex>(node);
    receipt.membership = MembershipNumber(static_cast<std::uint32_t>(query.integer(1)));
    std::copy(signature.begin(), signature.end(), receipt.signature.begin());
    TERCET_TRY_STATUS(sealer_->check_row(kReceiptTable, receipt_row(id, receipt), query.blob(3)));
    out.push_back(receipt);
  }
}

Status CommandLog::append(const LoggedCommand& command) {
  TERCET_TRY_STATUS(in_transaction(*database_, [&]() -> Status {
    TERCET_TRY(Statement insert,
               database_->prepare("INSERT INTO commands (id, key, form, envelope, logged_at, "
                                  "state, detail, code) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
    insert.with(command.id().view())
        .with(std::string_view(command.command.key().text()))
        .with(static_cast<std::int64_t>(command.command.form()))
        .with(std::string_view(bare_envelope(command)))
        .with(command.logged_at)
        .with(static_cast<std::int64_t>(command.state))
        .with(std::string_view(command.detail))
        .with(ByteView(sealer_->row_code(kTable, row_of(command))));
    TERCET_TRY_STATUS(insert.run());
    for (const Receipt& receipt : command.envelope.receipts) {
      TERCET_TRY_STATUS(insert_receipt(command.id(), receipt));
    }
    return ok_status();
  }));
  take_effect(command);
  return ok_status();
}

Status CommandLog::insert_receipt(const CommandId& id, const Receipt& receipt) {
  TERCET_TRY(Statement insert,
             database_->prepare("INSERT INTO receipts (command, node, membership, signature, code) "
                                "VALUES (?, ?, ?, ?, ?)"));
  return insert.with(id.view())
      .with(static_cast<std::int64_t>(mpc::number(receipt.node)))
      .with(receipt.membership.value())
      .with(ByteView(receipt.signature))
      .with(ByteView(sealer_->row_code(kReceiptTable, receipt_row(id, receipt))))
      .run();
}

Status CommandLog::add_receipt(const CommandId& id, const Receipt& receipt) {
  TERCET_TRY(std::optional<LoggedCommand> command, find(id));
  if (!command) {
    return Error(Errc::not_found, "add a receipt: the command is not in the log");
  }
  std::vector<Receipt>& known = command->envelope.receipts;
  const bool has_one = std::any_of(
      known.begin(), known.end(), [&](const Receipt& other) { return other.node == receipt.node; });
  if (has_one) {
    return ok_status();
  }
  known.push_back(receipt);
  TERCET_TRY_STATUS(in_transaction(*database_, [&]() -> Status {
    TERCET_TRY_STATUS(insert_receipt(id, receipt));
    return in_force(*command) ? set_state(id, CommandState::done, "") : ok_status();
  }));
  take_effect(*command);
  return ok_status();
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
  TERCET_TRY_STATUS(update.run());
  database_->changed(*this);
  note_open(*command);
  return ok_status();
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

Result<std::vector<LoggedCommand>> CommandLog::unfinished(CommandForm form,
                                                          std::size_t limit) const {
  TERCET_TRY(Statement query,
             database_->prepare(std::string(kColumns) +
                                "WHERE state = 0 AND form = ? ORDER BY position DESC LIMIT ?"));
  query.with(static_cast<std::int64_t>(form)).with(static_cast<std::int64_t>(limit));
  TERCET_TRY(std::vector<LoggedCommand> out, read_all(std::move(query)));
  std::reverse(out.begin(), out.end());
  return out;
}

Result<std::vector<LoggedCommand>> CommandLog::waiting_on(const KeyId& key) const {
  TERCET_TRY(
      Statement query,
      database_->prepare(std::string(kColumns) + "WHERE state = 0 AND key = ? ORDER BY position"));
  query.with(std::string_view(key.text()));
  return read_all(std::move(query));
}

Result<std::vector<LoggedCommand>> CommandLog::waiting_behind(std::string_view after,
                                                              std::size_t limit) const {
  TERCET_TRY(Statement query,
             database_->prepare(std::string(kColumns) + "WHERE state = 0 AND key > ? AND form = ? "
                                                        "ORDER BY key, position LIMIT ?"));
  query.with(after).with(static_cast<std::int64_t>(CommandForm::making));
  query.with(static_cast<std::int64_t>(limit));
  return read_all(std::move(query));
}

Result<std::vector<LoggedCommand>> CommandLog::read_all(Statement query) const {
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

Result<std::uint64_t> CommandLog::length() const {
  TERCET_TRY(Statement query, database_->prepare("SELECT count(*) FROM commands"));
  TERCET_TRY(const bool found, query.next());
  return found ? static_cast<std::uint64_t>(query.integer(0)) : 0;
}

}  // namespace tercet::node
