#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "node/decision/decision_book.inl.h"
#include "node/keymaking/key_decisions.h"
#include "node/store/command_log.h"
#include "node/store/node_store.h"
#include "node/store/share_store.h"

namespace tercet::node {

template <class Rules>
BasicKeyDecisions<Rules>::BasicKeyDecisions(NodeStore& store,
                                            const Electorate& electorate,
                                            mpc::PartyIndex self,
                                            const SigningKey& signing_key,
                                            const Clock& clock)
    : store_(&store),
      self_(self),
      membership_(electorate.membership),
      clock_(&clock),
      storage_(store),
      book_(electorate, self, signing_key, storage_) {}

template <class Rules>
Status BasicKeyDecisions<Rules>::load() {
  for (const auto& [key, record] : store_->keys().all()) {
    if (const EpochRecord& newest = record.newest();
        newest.name.version != KeyVersion(1) && !newest.settled) {
      unsettled_[newest.name.epoch].name = newest.name;
    }
  }
  book_.let_refuse(!Rules::compare_before_votes);
  return book_.load(clock_->now());
}

template <class Rules>
void BasicKeyDecisions<Rules>::compared_with(mpc::PartyIndex peer) {
  compared_.add(peer);
  if (compared_.count() >= 2) {
    book_.let_refuse(true);
  }
}

template <class Rules>
Status BasicKeyDecisions<Rules>::may_begin(const KeyId& key) const {
  if (Rules::compare_before_votes && compared_.count() < 2) {
    return Error(Errc::wrong_state,
                 "begin a decision: this node has not compared with both peers since it started");
  }
  return book_.may_begin(DecisionKind::make, std::array{key});
}

template <class Rules>
Status BasicKeyDecisions<Rules>::begin(const SessionId& sid, const KeyPlan& plan) {
  return book_.begin(DecisionName(DecisionKind::make, membership_, sid),
                     {DecidedKey(plan.key, plan.version, plan.command)},
                     clock_->now());
}

template <class Rules>
Status BasicKeyDecisions<Rules>::vote_yes(const SessionId& sid, const MadeEpoch& made) {
  TERCET_TRY(const std::optional<LoggedCommand> command,
             store_->commands().find(made.record.made_by));
  const bool waits = command && command->state == CommandState::accepted;
  TERCET_TRY(const DecisionStep step, book_.vote_yes(sid, waits, [&] {
    return store_->shares().put(made.record, made.shares);
  }));
  carry_out(step, DecisionName(DecisionKind::make, membership_, sid));
  return ok_status();
}

template <class Rules>
void BasicKeyDecisions<Rules>::end_session(const SessionId& sid) {
  // Nothing of a session is stored where this node has not voted: this cannot fail.
  const Result<DecisionStep> step = book_.break_off(sid, clock_->now());
  if (step) {
    carry_out(*step, DecisionName(DecisionKind::make, membership_, sid));
  }
}

template <class Rules>
void BasicKeyDecisions<Rules>::carry_out(const DecisionStep& step, const DecisionName& name) {
  for (const DecisionRecord& record : step.ended) {
    for (const DecidedKey& key : record.keys) {
      if (record.outcome == Outcome::yes && key.version != KeyVersion(1)) {
        unsettled_[record.name.sid].name = KeyEpoch(key.key, key.version, record.name.sid);
      }
    }
    if (listener.ended) {
      listener.ended(record);
    }
  }
  for (const DecisionStep::Outgoing& outgoing : step.to_send) {
    if (listener.tell) {
      listener.tell(outgoing.to, outgoing.news.encode());
    }
  }
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    if (step.double_voters.contains(node) && listener.voted_twice) {
      listener.voted_twice(node, name);
    }
  }
}

template <class Rules>
std::optional<DecisionNews> BasicKeyDecisions<Rules>::question_about(const SessionId& sid) const {
  const Result<std::optional<DecisionRecord>> record = storage_.find(sid);
  if (!record || !record.value()) {
    return std::nullopt;  // asked in the next round
  }
  DecisionNews news;
  news.name = record.value()->name;
  news.stand = Stand::yes;
  news.wants_answer = true;
  news.votes = record.value()->votes;
  return news;
}

template <class Rules>
std::vector<Bytes> BasicKeyDecisions<Rules>::open_decisions() const {
  std::vector<Bytes> out;
  for (const DecisionNews& news : book_.open_news()) {
    if (out.size() < kOpenDecisionsMax) {
      out.push_back(news.encode());
    }
  }
  for (const SessionId& sid : to_ask_about(kOpenDecisionsMax - out.size())) {
    if (const std::optional<DecisionNews> question = question_about(sid)) {
      out.push_back(question->encode());
    }
  }
  return out;
}

template <class Rules>
std::vector<SessionId> BasicKeyDecisions<Rules>::to_ask_about(std::size_t room) const {
  std::vector<SessionId> out;
  auto next = unsettled_.upper_bound(asked_until_);
  while (out.size() < std::min(room, unsettled_.size())) {
    next = next == unsettled_.end() ? unsettled_.begin() : next;
    out.push_back(next->first);
    ++next;
  }
  return out;
}

template <class Rules>
void BasicKeyDecisions<Rules>::say_again() {
  if (!listener.tell) {
    return;
  }
  const std::vector<Bytes> open = open_decisions();
  for (const Bytes& said : open) {
    listener.tell(mpc::next(self_), said);
    listener.tell(mpc::previous(self_), said);
  }
  const std::size_t votes = std::min(book_.open_news().size(), kOpenDecisionsMax);
  if (const auto asked = to_ask_about(kOpenDecisionsMax - votes); !asked.empty()) {
    asked_until_ = asked.back();
  }
}

template <class Rules>
Status BasicKeyDecisions<Rules>::hear_decision(mpc::PartyIndex from, ByteView said) {
  TERCET_TRY(const DecisionNews news, DecisionNews::decode(said));
  TERCET_TRY(const DecisionStep step, book_.hear(from, news, clock_->now()));
  if (step.own_vote_unknown && listener.own_vote_unknown) {
    listener.own_vote_unknown(from, news.name);
  }
  carry_out(step, news.name);
  if (news.stand == Stand::yes) {
    note_current(from, news.name.sid);
  }
  return ok_status();
}

template <class Rules>
void BasicKeyDecisions<Rules>::note_current(mpc::PartyIndex at, const SessionId& sid) {
  const auto found = unsettled_.find(sid);
  if (found == unsettled_.end()) {
    return;
  }
  Unsettled& unsettled = found->second;
  unsettled.current_at.add(at);
  if (unsettled.current_at.count() < 2) {
    return;
  }
  const KeyEpoch name = unsettled.name;
  const Status marked = store_->atomically([&] { return store_->shares().mark_settled(name); });
  if (!marked) {
    unsettled.current_at = NodeSet();  // asked again
    return;
  }
  unsettled_.erase(found);
  if (listener.at_all_nodes) {
    listener.at_all_nodes(name.key);
  }
}

}  // namespace tercet::node
