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
/// Of the waiting commands, looked at in one round.
inline constexpr std::size_t kCommandsAtOnce = 64;

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
      options_(options) {}

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
    Result<std::vector<LoggedCommand>> waiting =
        context_.store->commands().unfinished(CommandForm::making, maker_detail::kCommandsAtOnce);
    const bool work_left = waiting && !waiting->empty();
    if (waiting) {
      for (LoggedCommand& command : waiting.value()) {
        if (expire(command) && host_->self() == mpc::PartyIndex::p1 && !stopped_) {
          co_await try_command(std::move(command));
        }
      }
    }
    if (monotonic_.now() >= say_again_at) {
      decisions_->say_again();
      say_again_at = monotonic_.now() + KeyDecisions::kSayAgain;
    }
    const Deadline again = Deadline::at(monotonic_, say_again_at);
    const Deadline retry = Deadline::in(monotonic_, options_.retry_pause);
    const Deadline until = work_left ? again.earlier_of(retry) : again;
    const Status woken = co_await woken_.wait_until(until);
    if (!woken && woken.error().code() == Errc::closed) {
      co_return;  // cancelled
    }
  }
}

template <class Rules>
bool BasicKeyMaker<Rules>::expire(const LoggedCommand& command) {
  if (command.command.expires_at > clock_->now_seconds() || !decisions_->may_expire(command.id())) {
    return true;
  }
  static_cast<void>(context_.store->commands().set_state(  // tried again in the next round
      command.id(),
      CommandState::failed,
      command.detail.empty() ? "expired before all three nodes could make the key"
                             : "expired; last attempt: " + command.detail));
  return false;
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
Task<void> BasicKeyMaker<Rules>::try_command(LoggedCommand command) {
  const CommandId id = command.id();
  const std::string known = command.detail;
  Status done = Error(Errc::wrong_state, "the three nodes are not all linked");
  std::string open = waiting_detail(*decisions_, command.command.key());
  if (!open.empty()) {
    done = Error(Errc::wrong_state, std::move(open));
  } else if (host_->three_up()) {
    done = co_await propose(std::move(command));
  }
  const Result<LoggedCommand> after = waiting_command(id);
  if (!done && after && done.error().what() != known) {
    // The log's detail is for people: a failure to write it changes nothing.
    static_cast<void>(
        context_.store->commands().set_state(id, CommandState::accepted, done.error().what()));
  }
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
