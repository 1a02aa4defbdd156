#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/config/cluster_config.h"
#include "core/secret/secret_bytes.h"
#include "core/time/executor_clock.h"
#include "mpc/keygen/derive.h"
#include "node/keymaking/import_box.h"
#include "node/keymaking/key_maker.h"
#include "node/store/node_store.h"

namespace tercet::node {

namespace maker_detail {

inline constexpr std::uint32_t kMakeVectors = mpc::kDeriveVectors + mpc::kKeyCheckVectors;
/// Commands looked at, or given up, in one round of the loop.
inline constexpr std::size_t kCommandsAtOnce = 64;
/// Commands expire with that delay at most.
inline constexpr Milliseconds kExpiryPause{1000};

}  // namespace maker_detail

template <class Rules>
BasicKeyMaker<Rules>::BasicKeyMaker(const asio::any_io_executor& executor,
                                    const KeySessionContext& context,
                                    KeyDecisions& decisions,
                                    SessionHost& host,
                                    const WallClock& clock,
                                    const Options& options)
    : woken_(executor),
      monotonic_(clock_of(executor)),
      context_(context),
      decisions_(&decisions),
      host_(&host),
      clock_(&clock),
      options_(options),
      queue_(options.pauses),
      sessions_(executor) {}

template <class Rules>
void BasicKeyMaker<Rules>::wake() {
  woken_.set();
}

template <class Rules>
void BasicKeyMaker<Rules>::stop() {
  stopped_ = true;
  woken_.set();
}

template <class Rules>
Task<void> BasicKeyMaker<Rules>::drive() {
  SteadyTime say_again_at = monotonic_.now() + KeyDecisions::kSayAgain;
  while (!stopped_) {
    woken_.reset();
    const bool all_expired = expire();
    queue_.follow(context_.store->commands().open_makings(), monotonic_.now());
    begin_due();
    if (monotonic_.now() >= say_again_at) {
      decisions_->say_again();
      say_again_at = monotonic_.now() + KeyDecisions::kSayAgain;
    }
    const Deadline until = next_look(say_again_at, !all_expired);
    const Status woken = co_await woken_.wait_until(until);
    if (!woken && woken.error().code() == Errc::closed) {
      break;  // cancelled
    }
  }
  sessions_.close();
  co_await sessions_.join();
}

template <class Rules>
Deadline BasicKeyMaker<Rules>::next_look(SteadyTime say_again_at, bool at_once) const {
  const Deadline again = Deadline::at(monotonic_, say_again_at);
  if (at_once) {
    return Deadline::in(monotonic_, Milliseconds(1));
  }
  if (queue_.empty()) {
    return again;
  }
  Deadline until = again.earlier_of(Deadline::in(monotonic_, maker_detail::kExpiryPause));
  const std::optional<SteadyTime> due = queue_.next_due();
  if (due && host_->self() == mpc::PartyIndex::p1) {
    // Not at once where the next one is due but waits for room, vectors or links.
    const SteadyTime soonest = monotonic_.now() + options_.pauses.first;
    until = until.earlier_of(Deadline::at(monotonic_, std::max(*due, soonest)));
  }
  return until;
}

template <class Rules>
bool BasicKeyMaker<Rules>::expire() {
  const std::int64_t now = clock_->now_seconds();
  if (now == expired_until_) {
    return true;
  }
  std::vector<CommandId> expired;
  for (const auto& [place, making] : context_.store->commands().open_makings().in_order()) {
    if (making.expires_at <= now && decisions_->may_expire(making.id)) {
      expired.push_back(making.id);
    }
    if (expired.size() >= maker_detail::kCommandsAtOnce) {
      break;
    }
  }
  const Status given_up = expired.empty() ? ok_status() : give_up(expired);
  if (given_up && expired.size() < maker_detail::kCommandsAtOnce) {
    expired_until_ = now;
  }
  return !given_up || expired_until_ == now;  // what cannot be written waits for the next second
}

template <class Rules>
Status BasicKeyMaker<Rules>::give_up(const std::vector<CommandId>& expired) {
  CommandLog& log = context_.store->commands();
  return context_.store->atomically([&]() -> Status {
    for (const CommandId& id : expired) {
      const Result<LoggedCommand> command = waiting_command(id);
      if (!command) {
        continue;  // its row is damaged; the others expire all the same
      }
      TERCET_TRY_STATUS(log.set_state(id,
                                      CommandState::failed,
                                      command->detail.empty()
                                          ? "expired before all three nodes could make the key"
                                          : "expired; last attempt: " + command->detail));
    }
    return ok_status();
  });
}

template <class Rules>
void BasicKeyMaker<Rules>::begin_due() {
  if (host_->self() != mpc::PartyIndex::p1) {
    return;
  }
  const SteadyTime now = monotonic_.now();
  if (const bool up = host_->three_up(); up != three_up_) {
    three_up_ = up;
    queue_.all_due(now);
  }
  std::map<CommandId, std::string> waiting;
  for (std::size_t looked = 0; looked < maker_detail::kCommandsAtOnce; ++looked) {
    if (queue_.running() >= options_.side_by_side_max || now < stocked_at_) {
      break;
    }
    const std::optional<OpenMaking> making = queue_.take(now);
    if (!making) {
      break;
    }
    if (std::string why = unready(*making); !why.empty()) {
      waiting.emplace(making->id, std::move(why));
      queue_.give_back(making->id, MakingQueue::Ended::unready, now);
    } else {
      sessions_.spawn(try_command(making->id));
    }
  }
  note_details(waiting);
}

template <class Rules>
std::string BasicKeyMaker<Rules>::unready(const OpenMaking& making) const {
  std::string open;
  if constexpr (Rules::one_open_vote) {
    open = waiting_detail(*decisions_, making.key);
  }
  if (open.empty() && !three_up_) {
    return "the three nodes are not all linked";
  }
  if (const Status may = decisions_->may_begin(making.key); open.empty() && !may) {
    return std::string(may.error().what());
  }
  return open;
}

template <class Rules>
Result<LoggedCommand> BasicKeyMaker<Rules>::waiting_command(const CommandId& id) const {
  TERCET_TRY(std::optional<LoggedCommand> command, context_.store->commands().find(id));
  if (!command) {
    return Error(Errc::not_found, "make a key: this node does not have the command yet")
        .hint("send the command to all three nodes");
  }
  if (command->state != CommandState::accepted || command->command.form() != CommandForm::making) {
    return Error(Errc::wrong_state, "make a key: its command has ended already");
  }
  return std::move(*command);
}

template <class Rules>
Task<void> BasicKeyMaker<Rules>::try_command(CommandId id) {
  Result<LoggedCommand> command = waiting_command(id);
  Status done = ok_status();
  if (command) {
    done = co_await propose(std::move(command).value());
  } else {
    done = command.error();
  }
  if (!done) {
    note_details({{id, std::string(done.error().what())}});
  }
  give_back(id, done);
}

template <class Rules>
void BasicKeyMaker<Rules>::give_back(const CommandId& id, const Status& attempt) {
  const SteadyTime now = monotonic_.now();
  const bool no_vectors = !attempt && attempt.error().code() == Errc::exhausted;
  if (no_vectors) {
    stocked_at_ = now + options_.pauses.first;  // for the others either
  }
  const bool unready = attempt.ok() || no_vectors;
  queue_.give_back(id, unready ? MakingQueue::Ended::unready : MakingQueue::Ended::failed, now);
  woken_.set();
}

template <class Rules>
void BasicKeyMaker<Rules>::note_details(const std::map<CommandId, std::string>& details) {
  std::map<CommandId, std::string> changed;
  for (const auto& [id, detail] : details) {
    const Result<LoggedCommand> command = waiting_command(id);
    if (command && command->detail != detail) {
      changed.emplace(id, detail);
    }
  }
  if (changed.empty()) {
    return;
  }
  // The log's detail is for people: a failure to write it changes nothing.
  static_cast<void>(context_.store->atomically([&]() -> Status {
    for (const auto& [id, detail] : changed) {
      TERCET_TRY_STATUS(context_.store->commands().set_state(id, CommandState::accepted, detail));
    }
    return ok_status();
  }));
}

template <class Rules>
Task<Status> BasicKeyMaker<Rules>::propose(LoggedCommand command) {
  TERCET_CO_TRY(const KeyPlan plan, plan_of(command, context_.store->keys()));
  Bytes encoded = plan.encode();
  TERCET_CO_TRY_STATUS(accept(encoded, maker_detail::kMakeVectors));
  const bool with_contributions = !command.command.making()->import;
  const Deadline until = Deadline::in(monotonic_, options_.session_limit);
  TERCET_CO_TRY(std::unique_ptr<JointSession> session,
                co_await host_->propose(SessionKind::key_command,
                                        std::move(encoded),
                                        maker_detail::kMakeVectors,
                                        with_contributions,
                                        until));
  co_return co_await run(std::move(session));
}

template <class Rules>
Status BasicKeyMaker<Rules>::accept(ByteView encoded, std::uint32_t vector_count) {
  TERCET_TRY(const KeyPlan plan, KeyPlan::decode(encoded));
  if (vector_count != maker_detail::kMakeVectors) {
    return Error(Errc::invalid_argument, "take part in making a key: not the vectors it takes");
  }
  return accept_plan(plan);
}

template <class Rules>
Status BasicKeyMaker<Rules>::accept_plan(const KeyPlan& plan) const {
  TERCET_TRY_STATUS(decisions_->may_begin(plan.key));
  TERCET_TRY(const LoggedCommand command, waiting_command(plan.command));
  TERCET_TRY(const KeyPlan own, plan_of(command, context_.store->keys()));
  if (own.encode() != plan.encode()) {
    return Error(Errc::invalid_argument,
                 "take part in making a key: the plan is not what follows from the command here");
  }
  if (const std::optional<Making> making = command.command.making(); making->import) {
    const ImportBinding binding(context_.cluster->id, plan.key, plan.version);
    TERCET_TRY(const SecretBytes opened,
               open_import(*making->import, binding, host_->self(), *context_.import_key));
  }
  return ok_status();
}

template <class Rules>
Task<Status> BasicKeyMaker<Rules>::run(std::unique_ptr<JointSession> session) {
  TERCET_CO_TRY(KeyPlan plan, KeyPlan::decode(session->plan()));
  // Agreement took a while: much may have changed meanwhile.
  if (Status still = accept_plan(plan); !still) {
    session->abort(still.error().code());
    co_return still;
  }
  if (Status begun = decisions_->begin(session->sid(), plan); !begun) {
    session->abort(begun.error().code());
    co_return begun;
  }
  const SessionId sid = session->sid();
  Status done = co_await run_here(*session, std::move(plan));
  if (done) {
    session->finish();
  } else {
    session->abort(done.error().code());
  }
  decisions_->end_session(sid);
  co_return done;
}

template <class Rules>
Task<Status> BasicKeyMaker<Rules>::run_here(JointSession& session, KeyPlan plan) {
  TERCET_CO_TRY(LoggedCommand command, waiting_command(plan.command));
  KeySession here(context_, session);
  TERCET_CO_TRY_STATUS(co_await here.make(std::move(plan), std::move(command.command)));
  if constexpr (Rules::vote_last) {
    TERCET_CO_TRY_STATUS(co_await here.check());
  }
  const MadeEpoch made = here.take();
  TERCET_CO_TRY_STATUS(decisions_->vote_yes(session.sid(), made));
  if constexpr (!Rules::vote_last) {
    TERCET_CO_TRY_STATUS(co_await here.check());
  }
  co_return ok_status();
}

}  // namespace tercet::node
