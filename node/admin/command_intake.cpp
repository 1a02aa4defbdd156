#include "node/admin/command_intake.h"

#include "node/admin/key_registry.h"
#include "node/store/key_records.h"
#include "node/store/node_store.h"

namespace tercet::node {
namespace {

Status check_revision(const Command& command, const KeyRecord& record) {
  // The kill switch works from any state that the administrators may have seen (rule Q1).
  const bool fits = command.kind == CommandKind::disable_key ? command.revision >= record.revision
                                                             : command.revision == record.revision;
  if (!fits) {
    return Error(Errc::wrong_state, "apply a command: the key has another revision")
        .hint("look at `tercet key show` and give the command again");
  }
  return ok_status();
}

}  // namespace

CommandIntake::CommandIntake(NodeStore& store,
                             KeyRegistry& registry,
                             const CommandVerifier& verifier,
                             const WallClock& clock)
    : store_(&store), registry_(&registry), verifier_(&verifier), clock_(&clock) {}

Result<LoggedCommand> CommandIntake::submit(std::string_view envelope_text, CommandOrigin origin) {
  TERCET_TRY(const CommandEnvelope envelope, CommandEnvelope::parse(envelope_text));
  TERCET_TRY(const Command stated, Command::parse(envelope.document));
  TERCET_TRY(std::optional<LoggedCommand> known, store_->commands().find(stated.id));
  if (known) {
    TERCET_TRY(const CommandEnvelope kept, CommandEnvelope::parse(known->envelope));
    if (kept.document != envelope.document) {
      return Error(Errc::already_exists, "take a command: its id belongs to another one")
          .hint("give every command an id of its own");
    }
    return std::move(*known);
  }
  Result<Command> command = verifier_->verify(envelope, origin, clock_->now_seconds());
  Result<LoggedCommand> logged = command ? submit_verified(*command, envelope.print())
                                         : Result<LoggedCommand>(command.error());
  if (record_) {
    record_(stated, logged ? ok_status() : Status(logged.error()));
  }
  if (logged && pass_on_ && origin == CommandOrigin::administrator) {
    pass_on_(as_bytes(logged->envelope));
  }
  if (logged && makes_key(stated.kind) && wake_) {
    wake_();
  }
  return logged;
}

Result<LoggedCommand> CommandIntake::submit_verified(const Command& command,
                                                     std::string_view envelope) {
  LoggedCommand entry;
  entry.id = command.id;
  entry.key = command.key.text();
  entry.envelope = envelope;
  entry.logged_at = clock_->now_seconds();
  entry.state = makes_key(command.kind) ? CommandState::accepted : CommandState::done;
  TERCET_TRY_STATUS(store_->atomically([&]() -> Status {
    TERCET_TRY_STATUS(apply(command));
    return store_->commands().append(entry);
  }));
  TERCET_TRY_STATUS(registry_->refresh(command.key));
  return entry;
}

Status CommandIntake::make_record(const Command& command, const KeyRecord* known) {
  if (command.revision != 0) {
    return Error(Errc::wrong_state, "make a key: the command is about an existing key");
  }
  KeyRecord record;
  record.key = command.key;
  record.store = command.store;
  record.usage = command.usage;
  record.framing = command.framing;
  record.enabled = command.enabled;
  record.revision = 1;
  record.version = KeyVersion(1);
  record.created_at = command.created_at;
  record.made_by = command.id;
  if (known == nullptr) {
    return store_->keys().insert(record);
  }
  TERCET_TRY(const std::optional<LoggedCommand> maker, store_->commands().find(known->made_by));
  const bool failed = maker && maker->state == CommandState::failed;
  if (known->epoch || !failed) {
    return Error(Errc::already_exists, "make a key: its id is taken")
        .hint("choose another id; an id is never given to a different key (rule K5)");
  }
  return store_->keys().update(record);
}

Status CommandIntake::apply(const Command& command) {
  KeyRecords& keys = store_->keys();
  const KeyRecord* known = keys.find(command.key);
  if (makes_key(command.kind)) {
    return make_record(command, known);
  }
  if (known == nullptr) {
    return Error(Errc::not_found, "apply a command: there is no such key at this node")
        .hint("look at `tercet key list`");
  }
  TERCET_TRY_STATUS(check_revision(command, *known));
  KeyRecord record = *known;
  record.enabled = command.kind == CommandKind::enable_key;
  record.revision = command.revision + 1;
  return keys.update(record);
}

Result<LoggedCommand> CommandIntake::find(const CommandId& id) const {
  TERCET_TRY(std::optional<LoggedCommand> known, store_->commands().find(id));
  if (!known) {
    return Error(Errc::not_found, "find a command: this node does not have it");
  }
  return std::move(*known);
}

std::vector<CommandId> CommandIntake::command_ids() const {
  Result<std::vector<CommandId>> ids = store_->commands().ids();
  return ids ? std::move(ids).value() : std::vector<CommandId>();
}

std::optional<Bytes> CommandIntake::command(const CommandId& id) const {
  const Result<std::optional<LoggedCommand>> known = store_->commands().find(id);
  if (!known || !known.value()) {
    return std::nullopt;
  }
  return to_bytes(as_bytes(known.value()->envelope));
}

Status CommandIntake::offer(ByteView document) {
  Result<LoggedCommand> logged = submit(as_text(document), CommandOrigin::peer);
  if (!logged) {
    return std::move(logged).error();
  }
  return ok_status();
}

}  // namespace tercet::node
