#include "node/keymaking/stored_decisions.h"

#include "node/store/command_log.h"
#include "node/store/decision_store.h"
#include "node/store/node_store.h"
#include "node/store/share_store.h"

namespace tercet::node {
namespace {

constexpr const char* kTakenDetail = "another command made what it asks for";

KeyEpoch epoch_of(const DecisionRecord& record, const DecidedKey& key) {
  return KeyEpoch(key.key, key.version, record.name.sid);
}

Error unsupported_kind() {
  return Error(Errc::unsupported, "decide: this version makes keys only");
}

}  // namespace

Result<std::vector<DecisionRecord>> StoredDecisions::open_decisions() const {
  return store_->decisions().open();
}

Result<std::optional<DecisionRecord>> StoredDecisions::find(const SessionId& sid) const {
  return store_->decisions().find(sid);
}

Status StoredDecisions::atomically(const std::function<Status()>& work) {
  return store_->atomically(work);
}

Status StoredDecisions::put(const DecisionRecord& record) {
  return store_->decisions().put(record);
}

Status StoredDecisions::make_current(const DecisionRecord& record) {
  if (record.name.kind != DecisionKind::make) {
    return unsupported_kind();
  }
  for (const DecidedKey& key : record.keys) {
    TERCET_TRY_STATUS(store_->shares().make_current(epoch_of(record, key)));
    TERCET_TRY_STATUS(end_commands(key));
  }
  return ok_status();
}

/// The command is done; others that wait to make the same have nothing left to make.
Status StoredDecisions::end_commands(const DecidedKey& made) {
  CommandLog& log = store_->commands();
  TERCET_TRY(const std::vector<LoggedCommand> waiting, log.waiting_on(made.key));
  for (const LoggedCommand& command : waiting) {
    const std::optional<Making> making = command.command.making();
    if (command.id() == made.command) {
      TERCET_TRY_STATUS(log.set_state(command.id(), CommandState::done, ""));
    } else if (making && making->version <= made.version) {
      TERCET_TRY_STATUS(log.set_state(command.id(), CommandState::failed, kTakenDetail));
    }
  }
  return ok_status();
}

Status StoredDecisions::drop_set(const DecisionRecord& record) {
  if (record.name.kind != DecisionKind::make) {
    return unsupported_kind();
  }
  for (const DecidedKey& key : record.keys) {
    TERCET_TRY_STATUS(store_->shares().drop(epoch_of(record, key)));
  }
  return ok_status();
}

Status StoredDecisions::destroy_old(const DecisionRecord& /*record*/) {
  return unsupported_kind();
}

}  // namespace tercet::node
