#include "node/admin/key_maker.h"

#include <algorithm>
#include <utility>

#include "core/config/cluster_config.h"
#include "core/secret/secret_bytes.h"
#include "core/time/executor_clock.h"
#include "mpc/keygen/derive.h"
#include "node/admin/import_box.h"
#include "node/admin/key_registry.h"
#include "node/store/command_log.h"
#include "node/store/key_records.h"
#include "node/store/node_store.h"

namespace tercet::node {
namespace {

constexpr std::uint32_t kMakeVectors = mpc::kDeriveVectors + mpc::kKeyCheckVectors;
/// How far ahead of a node's own highest epoch a proposal may be.
constexpr std::uint32_t kEpochsAheadMax = 64;
constexpr Milliseconds kIdlePause{60'000};

/// Marks a key as being worked on for as long as it lives.
class Busy {
 public:
  Busy(std::set<KeyId>& keys, const KeyId& key) : keys_(&keys), key_(key) { keys.insert(key); }

  ~Busy() { keys_->erase(key_); }

  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  std::set<KeyId>* keys_;
  KeyId key_;
};

}  // namespace

KeyMaker::KeyMaker(const asio::any_io_executor& executor,
                   const KeySessionContext& context,
                   KeyRegistry& registry,
                   SessionHost& host,
                   const WallClock& clock,
                   const Options& options)
    : monotonic_(clock_of(executor)),
      woken_(executor),
      context_(context),
      registry_(&registry),
      host_(&host),
      clock_(&clock),
      options_(options) {}

void KeyMaker::wake() {
  woken_.set();
}

void KeyMaker::stop() {
  stopped_ = true;
  woken_.set();
}

Task<void> KeyMaker::drive() {
  while (!stopped_) {
    woken_.reset();
    Result<std::vector<LoggedCommand>> waiting = context_.store->commands().unfinished();
    if (waiting) {
      for (LoggedCommand& entry : waiting.value()) {
        if (expire(entry) && host_->self() == mpc::PartyIndex::p1 && !stopped_) {
          co_await try_command(std::move(entry));
        }
      }
    }
    if (host_->self() == mpc::PartyIndex::p1) {
      co_await try_checks();
    }
    const bool work_left = (waiting && !waiting.value().empty()) || !checks_wanted_.empty();
    const Deadline until = Deadline::in(monotonic_, work_left ? options_.retry_pause : kIdlePause);
    const Status woken = co_await woken_.wait_until(until);
    if (!woken && woken.error().code() == Errc::closed) {
      co_return;  // cancelled
    }
  }
}

bool KeyMaker::expire(const LoggedCommand& entry) {
  Result<Command> command = waiting_command(entry.id);
  if (!command) {
    return false;
  }
  if (command->expires_at > clock_->now_seconds() || busy_.contains(command->key)) {
    return true;
  }
  static_cast<void>(context_.store->commands().set_state(  // tried again in the next round
      entry.id,
      CommandState::failed,
      entry.detail.empty() ? "expired before all three nodes could make the key"
                           : "expired; last attempt: " + entry.detail));
  return false;
}

Result<Command> KeyMaker::waiting_command(const CommandId& id) const {
  TERCET_TRY(const std::optional<LoggedCommand> entry, context_.store->commands().find(id));
  if (!entry) {
    return Error(Errc::not_found, "make a key: this node does not have the command yet")
        .hint("send the command to all three nodes");
  }
  TERCET_TRY(const CommandEnvelope envelope, CommandEnvelope::parse(entry->envelope));
  TERCET_TRY(Command command, Command::parse(envelope.document));
  if (entry->state != CommandState::accepted || !makes_key(command.kind)) {
    return Error(Errc::wrong_state, "make a key: its command has ended already");
  }
  return command;
}

KeyPlan KeyMaker::plan_for(const Command& command) {
  const KeyVersion version(1);
  std::uint32_t& tried = epochs_tried_[command.key];
  const Result<Epoch> highest = context_.store->shares().highest(command.key, version);
  // A peer may hold a pending epoch that broke off before this node stored it: go on counting.
  tried = std::max(tried, highest ? highest->value() : 0) + 1;
  KeyPlan plan;
  plan.command = command.id;
  plan.name = KeyEpoch(command.key, version, Epoch(tried));
  return plan;
}

Task<void> KeyMaker::try_command(LoggedCommand entry) {
  Status done = Error(Errc::wrong_state, "the three nodes are not all linked");
  if (host_->three_up()) {
    Result<Command> command = waiting_command(entry.id);
    if (!command) {
      co_return;
    }
    KeyPlan plan = plan_for(*command);
    const std::uint32_t before = plan.name.epoch.value() - 1;
    done = co_await propose(std::move(plan));
    if (!done && (done.error().code() == Errc::exhausted || done.error().code() == Errc::timeout)) {
      epochs_tried_[command->key] = before;  // no peer has seen that epoch
    }
  }
  if (!done && done.error().what() != entry.detail) {
    // The log's detail is for people: a failure to write it changes nothing.
    static_cast<void>(context_.store->commands().set_state(
        entry.id, CommandState::accepted, done.error().what()));
  }
}

Task<void> KeyMaker::try_checks() {
  const std::set<KeyEpoch> wanted = std::exchange(checks_wanted_, {});
  for (const KeyEpoch& name : wanted) {
    Result<EpochRecord> record = context_.store->shares().find(name);
    if (!record) {
      continue;
    }
    KeyPlan plan;
    plan.work = KeyPlan::Work::check;
    plan.name = name;
    plan.derived = record->session;
    bool done = false;
    if (host_->three_up()) {
      const Status ended = co_await propose(std::move(plan));
      done = ended.ok();
    }
    if (!done) {
      checks_wanted_.insert(name);
    }
  }
}

Task<Status> KeyMaker::propose(KeyPlan plan) {
  const bool makes = plan.work == KeyPlan::Work::make;
  const std::uint32_t vectors = makes ? kMakeVectors : mpc::kKeyCheckVectors;
  Bytes encoded = plan.encode();
  TERCET_CO_TRY_STATUS(accept(encoded, vectors));
  bool with_contributions = false;
  if (makes) {
    TERCET_CO_TRY(const Command command, waiting_command(plan.command));
    with_contributions = command.kind == CommandKind::create_key;
  }
  TERCET_CO_TRY(std::unique_ptr<JointSession> session,
                co_await host_->propose(SessionKind::key_command,
                                        std::move(encoded),
                                        vectors,
                                        with_contributions,
                                        Deadline::in(monotonic_, options_.session_limit)));
  co_return co_await run(std::move(session));
}

Status KeyMaker::accept(ByteView encoded, std::uint32_t vector_count) {
  TERCET_TRY(const KeyPlan plan, KeyPlan::decode(encoded));
  if (busy_.contains(plan.name.key)) {
    return Error(Errc::overloaded, "take part in a key session: another one on this key runs");
  }
  return plan.work == KeyPlan::Work::make ? accept_make(plan, vector_count)
                                          : accept_check(plan, vector_count);
}

Status KeyMaker::accept_make(const KeyPlan& plan, std::uint32_t vector_count) const {
  TERCET_TRY(const Command command, waiting_command(plan.command));
  const KeyRecord* record = context_.store->keys().find(plan.name.key);
  if (command.key != plan.name.key || record == nullptr || record->made_by != plan.command ||
      plan.name.version != KeyVersion(1) || vector_count != kMakeVectors) {
    return Error(Errc::invalid_argument,
                 "take part in making a key: the plan is not the command's");
  }
  if (record->epoch) {
    return Error(Errc::already_exists, "take part in making a key: it is active here already");
  }
  TERCET_TRY(const Epoch highest,
             context_.store->shares().highest(plan.name.key, plan.name.version));
  const std::uint32_t epoch = plan.name.epoch.value();
  if (epoch <= highest.value() || epoch - highest.value() > kEpochsAheadMax) {
    return Error(Errc::wrong_state, "take part in making a key: the epoch is taken or far ahead");
  }
  if (command.kind == CommandKind::import_key) {
    const ImportBinding binding(context_.cluster->id, command.key, plan.name.version);
    TERCET_TRY(const SecretBytes opened,
               open_import(*command.import, binding, host_->self(), *context_.import_key));
  }
  return ok_status();
}

Status KeyMaker::accept_check(const KeyPlan& plan, std::uint32_t vector_count) const {
  TERCET_TRY(const EpochRecord record, context_.store->shares().find(plan.name));
  if (record.session != plan.derived || !record.has_derived || !record.missing_commitment ||
      record.state == EpochState::retired || vector_count != mpc::kKeyCheckVectors) {
    return Error(Errc::wrong_state, "take part in a key check: the set is not the plan's");
  }
  return ok_status();
}

Task<Status> KeyMaker::run(std::unique_ptr<JointSession> session) {
  TERCET_CO_TRY(KeyPlan plan, KeyPlan::decode(session->plan()));
  const KeyEpoch name = plan.name;
  // Agreement took a while: another session may have begun meanwhile.
  if (busy_.contains(name.key)) {
    session->abort(Errc::overloaded);
    co_return Error(Errc::overloaded, "make a key: another session on it runs");
  }
  const Busy busy(busy_, name.key);
  Status done = ok_status();
  if (plan.work == KeyPlan::Work::make) {
    TERCET_CO_TRY(Command command, waiting_command(plan.command));
    done = co_await run_key_session(context_, *session, std::move(plan), std::move(command));
  } else {
    done = co_await run_check_session(context_, *session, std::move(plan));
  }
  if (!done) {
    session->abort(done.error().code());
    co_return done;
  }
  session->finish();
  co_return activate(name);
}

Status KeyMaker::activate(const KeyEpoch& name) {
  TERCET_TRY_STATUS(context_.store->atomically([&]() -> Status {
    TERCET_TRY_STATUS(context_.store->shares().activate(name));
    const KeyRecord* known = context_.store->keys().find(name.key);
    if (known == nullptr) {
      return Error(Errc::not_found, "make an epoch active: the key has no record");
    }
    KeyRecord record = *known;
    record.epoch = name.epoch;
    TERCET_TRY_STATUS(context_.store->keys().update(record));
    TERCET_TRY(const std::optional<LoggedCommand> entry,
               context_.store->commands().find(record.made_by));
    if (!entry || entry->state == CommandState::done) {
      return ok_status();
    }
    return context_.store->commands().set_state(record.made_by, CommandState::done, "");
  }));
  stated_checks_.erase(name);
  checks_wanted_.erase(name);
  return registry_->refresh(name.key);
}

std::vector<Bytes> KeyMaker::statements() const {
  std::vector<Bytes> out;
  Result<std::vector<EpochRecord>> records = context_.store->shares().all();
  if (!records) {
    return out;
  }
  for (const EpochRecord& record : records.value()) {
    Result<std::vector<HeldSignature>> held = context_.store->shares().held(record.name);
    if (record.state == EpochState::retired || !record.has_derived || !held) {
      continue;
    }
    EpochStatement statement;
    statement.name = record.name;
    statement.session = record.session;
    statement.state = record.state;
    statement.check_value = record.check_value;
    statement.held = std::move(held).value();
    out.push_back(statement.encode());
  }
  return out;
}

Status KeyMaker::offer_statement(mpc::PartyIndex from, ByteView encoded) {
  TERCET_TRY(const EpochStatement statement, EpochStatement::decode(encoded));
  const Result<EpochRecord> record = context_.store->shares().find(statement.name);
  if (!record || record->session != statement.session || !record->has_derived) {
    return ok_status();  // not an epoch this node could complete
  }
  for (const HeldSignature& held : statement.held) {
    if (!held_is_valid(*context_.cluster, statement.name, statement.session, held)) {
      return Error(Errc::not_authenticated,
                   "take a HELD that was passed on: its signature is wrong");
    }
  }
  if (record->state == EpochState::pending) {
    for (const HeldSignature& held : statement.held) {
      TERCET_TRY_STATUS(context_.store->shares().put_held(statement.name, held));
    }
  }
  return consider_statement(from, statement, *record);
}

Status KeyMaker::consider_statement(mpc::PartyIndex from,
                                    const EpochStatement& statement,
                                    const EpochRecord& record) {
  TERCET_TRY(const std::vector<HeldSignature> held, context_.store->shares().held(record.name));
  const bool all_hold = held.size() == mpc::kAllParties.size();
  if (!all_hold || busy_.contains(record.name.key)) {
    return ok_status();
  }
  const bool somebody_waits =
      record.state == EpochState::pending || statement.state == EpochState::pending;
  if (somebody_waits && host_->self() == mpc::PartyIndex::p1) {
    checks_wanted_.insert(record.name);
    wake();
  }
  if (record.state != EpochState::pending) {
    return ok_status();
  }
  if (record.check_value) {
    return activate(record.name);
  }
  if (!statement.check_value || statement.state != EpochState::active) {
    return ok_status();
  }
  // The joint key check ended at both peers: one of them is honest.
  auto& stated = stated_checks_[record.name];
  stated[from] = *statement.check_value;
  const bool both_equal =
      stated.size() == 2 && stated.begin()->second == std::next(stated.begin())->second;
  if (!both_equal) {
    return ok_status();
  }
  TERCET_TRY_STATUS(context_.store->shares().put_check_value(record.name, *statement.check_value));
  return activate(record.name);
}

}  // namespace tercet::node
