#pragma once

#include <algorithm>
#include <string>

#include "node/decision/decision.inl.h"
#include "node/decision/decision_book.h"
#include "node/decision/open_votes.h"

namespace tercet::node {

namespace detail {

const Vote* find_vote(const std::vector<Vote>& votes, mpc::PartyIndex node, VoteForm form);
/// Adds what is new, with the causes of following NOs.
void merge_votes(std::vector<Vote>& into, const std::vector<Vote>& votes);
Effects operator|(const Effects& a, const Effects& b);
/// A first-hand NO of another node than `self`, for a following one.
std::optional<Vote::Cause> cause_for(const std::vector<Vote>& votes, mpc::PartyIndex self);

}  // namespace detail

template <class Rules>
BasicDecisionBook<Rules>::BasicDecisionBook(const Electorate& electorate,
                                            mpc::PartyIndex self,
                                            const SigningKey& key,
                                            DecisionStorage& storage)
    : electorate_(electorate), self_(self), key_(&key), storage_(&storage) {}

template <class Rules>
Status BasicDecisionBook<Rules>::load(SteadyTime now) {
  TERCET_TRY(std::vector<DecisionRecord> open, storage_->open_decisions());
  for (DecisionRecord& record : open) {
    Machine machine(record.name.kind, self_);
    machine.restore(sets_of(record.votes), record.outcome, record.finished);
    const SessionId sid = record.name.sid;
    entries_.insert_or_assign(sid, Entry(std::move(record), machine, now));
    if constexpr (!Rules::no_follows_no) {
      // Its session ended with the process, as one without a vote would have.
      Entry after = entries_.at(sid);
      const Effects effects = after.machine.refuse();
      TERCET_TRY_STATUS(apply(std::move(after), effects, {}));
    }
  }
  return ok_status();
}

template <class Rules>
bool BasicDecisionBook<Rules>::stands_in_the_way(const Entry& entry,
                                                 DecisionKind kind,
                                                 std::span<const KeyId> keys) const {
  if (kind == DecisionKind::refresh || entry.record.name.kind == DecisionKind::refresh) {
    return true;
  }
  return std::ranges::any_of(entry.record.keys, [&](const DecidedKey& one) {
    return std::ranges::find(keys, one.key) != keys.end();
  });
}

template <class Rules>
Status BasicDecisionBook<Rules>::may_begin(DecisionKind kind, std::span<const KeyId> keys) const {
  if (entries_.size() >= kOpenDecisionsMax) {
    return Error(Errc::overloaded, "begin a decision: too many are open")
        .hint("tercet status shows what they wait for");
  }
  for (const auto& [sid, entry] : entries_) {
    const bool counts = entry.machine.running() || Rules::one_open_vote;
    if (counts && stands_in_the_way(entry, kind, keys)) {
      return Error(Errc::wrong_state,
                   "begin a decision: session " + sid.short_hex() +
                       (entry.machine.running() ? " runs on this key" : " is open on this key"))
          .hint("tercet status shows what it waits for");
    }
  }
  return ok_status();
}

template <class Rules>
Status BasicDecisionBook<Rules>::begin(const DecisionName& name,
                                       std::vector<DecidedKey> keys,
                                       SteadyTime now) {
  TERCET_CHECK(keys.size() <= kKeysPerDecisionMax);
  if (name.membership != electorate_.membership) {
    return Error(Errc::wrong_state, "begin a decision: it is of another membership");
  }
  if (entries_.contains(name.sid) || refused_.contains(name.sid)) {
    return Error(Errc::already_exists, "begin a decision: this node has refused its session");
  }
  std::vector<KeyId> ids;
  for (const DecidedKey& one : keys) {
    ids.push_back(one.key);
  }
  TERCET_TRY_STATUS(may_begin(name.kind, ids));
  DecisionRecord record;
  record.name = name;
  record.keys = std::move(keys);
  Machine machine(name.kind, self_);
  machine.begin();
  entries_.insert_or_assign(name.sid, Entry(std::move(record), machine, now));
  return ok_status();
}

template <class Rules>
bool BasicDecisionBook<Rules>::other_vote_open(const Entry& but) const {
  std::vector<KeyId> ids;
  for (const DecidedKey& one : but.record.keys) {
    ids.push_back(one.key);
  }
  return std::ranges::any_of(entries_, [&](const auto& entry) {
    return entry.first != but.record.name.sid && entry.second.machine.is_open() &&
           stands_in_the_way(entry.second, but.record.name.kind, ids);
  });
}

template <class Rules>
Result<DecisionStep> BasicDecisionBook<Rules>::vote_yes(const SessionId& sid,
                                                        bool command_waits,
                                                        const std::function<Status()>& write_set) {
  const auto found = entries_.find(sid);
  if (found == entries_.end()) {
    return Error(Errc::wrong_state, "vote on a session: it does not run here");
  }
  Entry after = found->second;
  VoteConditions conditions;
  conditions.other_vote_open = other_vote_open(after);
  conditions.command_waits = command_waits;
  static_cast<void>(after.machine.pass_check());  // nothing follows from it before the vote
  const Effects effects = after.machine.vote_yes(conditions);
  if (!effects.write) {
    return Error(Errc::wrong_state,
                 "vote on a session: another vote is open on the key, a peer refused the session, "
                 "or its command has ended");
  }
  return apply(std::move(after), effects, write_set);
}

template <class Rules>
Result<DecisionStep> BasicDecisionBook<Rules>::break_off(const SessionId& sid, SteadyTime now) {
  const auto found = entries_.find(sid);
  if (found == entries_.end() || found->second.machine.voted_yes()) {
    return DecisionStep();
  }
  refused_.add_broken(sid, now);
  Entry after = found->second;
  const Effects effects = after.machine.end_session();
  return apply(std::move(after), effects, {});
}

template <class Rules>
Status BasicDecisionBook<Rules>::check_votes(const DecisionNews& news,
                                             const std::vector<Vote>& known) const {
  for (const Vote& vote : news.votes) {
    const Vote* same = detail::find_vote(known, vote.node, vote.form);
    if ((same == nullptr || *same != vote) && !vote_is_valid(electorate_, news.name, vote)) {
      return Error(Errc::not_authenticated, "hear of a decision: a vote's signature is wrong");
    }
  }
  return ok_status();
}

template <class Rules>
Result<DecisionStep> BasicDecisionBook<Rules>::hear(mpc::PartyIndex from,
                                                    const DecisionNews& news,
                                                    SteadyTime now) {
  if (news.name.membership != electorate_.membership) {
    return Error(Errc::wrong_state, "hear of a decision: it is of another membership")
        .hint("give both nodes the same cluster file and commands");
  }
  const auto found = entries_.find(news.name.sid);
  if (found == entries_.end()) {
    return hear_unknown(from, news, now);
  }
  if (found->second.record.name != news.name) {
    return Error(Errc::peer_malformed, "hear of a decision: the sid is of another kind");
  }
  TERCET_TRY_STATUS(check_votes(news, found->second.record.votes));
  Entry after = found->second;
  after.heard[mpc::number(from) - 1U] = now;
  detail::merge_votes(after.record.votes, news.votes);
  Effects effects = after.machine.hear(news.sets());
  effects = detail::operator|(effects, after.machine.hear_stand(from, news.stand));
  TERCET_TRY(DecisionStep step, apply(after, effects, {}));
  if (news.wants_answer && !effects.tell_peers) {
    DecisionNews answer = news_of(after);
    answer.wants_answer = false;
    step.to_send.emplace_back(from, std::move(answer));
  }
  return step;
}

template <class Rules>
Result<DecisionStep> BasicDecisionBook<Rules>::hear_unknown(mpc::PartyIndex from,
                                                            const DecisionNews& news,
                                                            SteadyTime now) {
  TERCET_TRY(std::optional<DecisionRecord> record, storage_->find(news.name.sid));
  if (!record) {
    return refuse_unknown(from, news, now);
  }
  if (record->name != news.name) {
    return Error(Errc::peer_malformed, "hear of a decision: the sid is of another kind");
  }
  TERCET_TRY_STATUS(check_votes(news, record->votes));
  DecisionStep step;
  const NodeSet known = sets_of(record->votes).double_voters();
  detail::merge_votes(record->votes, news.votes);
  const NodeSet proven = sets_of(record->votes).double_voters();
  if (!known.includes(proven)) {
    // Kept, so that it is reported once, however often the votes are sent.
    TERCET_TRY_STATUS(storage_->atomically([&] { return storage_->put(*record); }));
    step.double_voters = proven;
  }
  if (news.wants_answer) {
    Machine machine(news.name.kind, self_);
    machine.restore(sets_of(record->votes), record->outcome, record->finished);
    DecisionNews answer = news_of(Entry(std::move(*record), machine, now));
    answer.wants_answer = false;
    if (machine.answers()) {
      step.to_send.emplace_back(from, std::move(answer));
    }
  }
  return step;
}

template <class Rules>
Result<DecisionStep> BasicDecisionBook<Rules>::refuse_unknown(mpc::PartyIndex from,
                                                              const DecisionNews& news,
                                                              SteadyTime now) {
  // A destruction is refused for an undelete only, and its command comes by itself.
  if (!news.wants_answer || news.name.kind == DecisionKind::destroy) {
    return DecisionStep();
  }
  TERCET_TRY_STATUS(check_votes(news, {}));
  const VoteSets sets = news.sets();
  if (!sets.yes.contains(from)) {
    return Error(Errc::peer_malformed, "hear of a decision: asked without a vote of the asker");
  }
  DecisionStep step;
  // A first-hand NO is not kept, so one that comes back proves nothing of the directory.
  step.own_vote_unknown = sets.yes.contains(self_);
  std::optional<Vote> no = no_to_unknown(news);
  if (!no || !refused_.add_asked(from, news.name.sid, now)) {
    return step;  // not now; it will be asked again
  }
  DecisionNews answer;
  answer.name = news.name;
  answer.votes.push_back(*no);
  step.to_send.emplace_back(from, std::move(answer));
  return step;
}

template <class Rules>
std::optional<Vote> BasicDecisionBook<Rules>::no_to_unknown(const DecisionNews& news) const {
  if (!may_refuse_) {
    return std::nullopt;
  }
  VoteForm form = VoteForm::first_hand_no;
  std::optional<Vote::Cause> cause;
  if (Rules::lost_yes_stands && news.sets().yes.contains(self_)) {
    // It voted YES, and its disk was set back: the set is gone here, so it can follow a NO, but it
    // has none of its own to say.
    form = VoteForm::following_no;
    cause = detail::cause_for(news.votes, self_);
    if (!cause) {
      return std::nullopt;
    }
  }
  return sign_vote(*key_, electorate_.cluster, news.name, self_, form, cause);
}

template <class Rules>
void BasicDecisionBook<Rules>::sign_own_votes(Entry& entry) const {
  for (const VoteForm form :
       {VoteForm::yes, VoteForm::first_hand_no, VoteForm::following_no, VoteForm::done}) {
    std::vector<Vote>& votes = entry.record.votes;
    if (!entry.machine.votes().has(self_, form) ||
        detail::find_vote(votes, self_, form) != nullptr) {
      continue;
    }
    std::optional<Vote::Cause> cause;
    if (form == VoteForm::following_no) {
      cause = detail::cause_for(votes, self_);
    }
    votes.push_back(sign_vote(*key_, electorate_.cluster, entry.record.name, self_, form, cause));
  }
}

template <class Rules>
Status BasicDecisionBook<Rules>::write(const Entry& entry,
                                       const Effects& effects,
                                       const std::function<Status()>& write_set) {
  const DecisionRecord& record = entry.record;
  return storage_->atomically([&]() -> Status {
    if (write_set) {
      TERCET_TRY_STATUS(write_set());
    }
    TERCET_TRY_STATUS(storage_->put(record));
    if (effects.make_current) {
      TERCET_TRY_STATUS(storage_->make_current(record));
    }
    if (effects.drop_set) {
      TERCET_TRY_STATUS(storage_->drop_set(record));
    }
    return effects.destroy_old ? storage_->destroy_old(record) : ok_status();
  });
}

template <class Rules>
Result<DecisionStep> BasicDecisionBook<Rules>::apply(Entry after,
                                                     const Effects& effects,
                                                     const std::function<Status()>& write_set) {
  const SessionId sid = after.record.name.sid;
  const Machine& before = entries_.at(sid).machine;
  sign_own_votes(after);
  after.record.outcome = after.machine.outcome();
  after.record.finished = after.machine.finished();
  if (effects.write) {
    TERCET_TRY_STATUS(write(after, effects, write_set));
  }
  DecisionStep step;
  const NodeSet proven = after.machine.votes().double_voters();
  step.double_voters = before.votes().double_voters().includes(proven) ? NodeSet() : proven;
  step.own_vote_unknown = effects.own_vote_unknown;
  if (effects.tell_peers) {
    step.to_send.emplace_back(mpc::next(self_), news_of(after));
    step.to_send.emplace_back(mpc::previous(self_), news_of(after));
  }
  if (effects.make_current || effects.destroy_old || (effects.drop_set && effects.write)) {
    step.ended.push_back(after.record);
  }
  if (after.machine.running() || after.machine.is_open()) {
    entries_.insert_or_assign(sid, std::move(after));
  } else {
    entries_.erase(sid);
  }
  return step;
}

template <class Rules>
DecisionNews BasicDecisionBook<Rules>::news_of(const Entry& entry) const {
  DecisionNews news;
  news.name = entry.record.name;
  news.stand = entry.machine.stand();
  news.wants_answer = entry.machine.is_open();
  news.votes = entry.record.votes;
  return news;
}

template <class Rules>
std::vector<DecisionNews> BasicDecisionBook<Rules>::open_news() const {
  std::vector<DecisionNews> out;
  for (const auto& [sid, entry] : entries_) {
    if (entry.machine.is_open()) {
      out.push_back(news_of(entry));
    }
  }
  return out;
}

template <class Rules>
bool BasicDecisionBook<Rules>::may_expire(const CommandId& command) const {
  bool open_vote = false;
  bool runs = false;
  for (const auto& [sid, entry] : entries_) {
    const bool asked_by = std::ranges::any_of(
        entry.record.keys, [&](const DecidedKey& one) { return one.command == command; });
    open_vote = open_vote || (asked_by && entry.machine.is_open());
    runs = runs || (asked_by && entry.machine.running());
  }
  return node::may_expire<Rules>(open_vote, runs);
}

template <class Rules>
bool BasicDecisionBook<Rules>::concerns(const KeyId& key) const {
  return std::ranges::any_of(entries_, [&](const auto& entry) {
    return stands_in_the_way(entry.second, DecisionKind::make, std::span(&key, 1));
  });
}

template <class Rules>
std::vector<OpenDecision> BasicDecisionBook<Rules>::report() const {
  std::vector<OpenDecision> out;
  for (const auto& [sid, entry] : entries_) {
    OpenDecision open;
    open.name = entry.record.name;
    open.keys = entry.record.keys;
    open.running = entry.machine.running();
    open.ending_no = entry.machine.voted_no();
    open.waits_for = entry.machine.waits_for();
    open.double_voters = entry.machine.votes().double_voters();
    open.since = entry.since;
    open.heard = entry.heard;
    out.push_back(std::move(open));
  }
  return out;
}

}  // namespace tercet::node
