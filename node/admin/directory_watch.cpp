#include "node/admin/directory_watch.h"

#include <algorithm>
#include <utility>

#include "node/model/digest_index.h"
#include "node/model/version_name.h"
#include "node/policy/key_directory.h"
#include "node/store/command_log.h"
#include "node/store/heard_counts.h"
#include "node/store/node_store.h"

namespace tercet::node {
namespace {

constexpr const char* kPutBack = "put its newest data back; what it lacks does not serve";
constexpr const char* kFindOutWhy = "it has caught up: find out why it was started with old data";

std::string print_version(const std::string& name) {
  const auto parsed = parse_version_name(name);
  return parsed ? parsed->first.text() + " version " + std::to_string(parsed->second.value()) : "?";
}

std::string print(const HeldCounts& counts) {
  return std::to_string(counts.commands) + " commands and " + std::to_string(counts.versions) +
         " key versions";
}

void add_to_list(std::string& list, const std::string& one) {
  list += (list.empty() ? "" : ", ") + one;
}

/// As the cluster file numbers them.
std::string print(mpc::PartyIndex node) {
  return "node " + std::to_string(mpc::number(node));
}

}  // namespace

HeldCounts DirectoryWatch::held() const {
  HeldCounts counts;
  counts.commands = store_->commands().digests().size();
  counts.versions = keys_->settled().size();
  return counts;
}

HoldingWord DirectoryWatch::word_to(mpc::PartyIndex peer) const {
  HoldingWord word;
  word.held = held();
  word.heard_of_you = store_->heard_counts().of(peer);
  // A peer's claim alone must not become this node's word.
  const bool next = lacks_what_is_claimed_by(mpc::next(self_));
  const bool previous = lacks_what_is_claimed_by(mpc::previous(self_));
  word.old_directory = lost_votes_ ? next || previous : next && previous;
  return word;
}

void DirectoryWatch::hear(mpc::PartyIndex from, const HoldingWord& word) {
  Peer& peer = at(from);
  const bool was_old = peer.old;
  const bool lacked = was_old && lacks(from);
  peer.now = word.held;
  peer.says_so = word.old_directory;
  if (lacks(from) && !lacked) {
    peer.old = true;
    peer.when_seen = word.held;
    peer.before_when_seen = store_->heard_counts().of(from);
  }
  if (peer.old && !was_old && alarm_) {
    alarm_(describe(from));
  }
  // No more than is here: one lie would be an alarm for ever, and what is true beyond that is heard
  // again once this node has it too. So is what cannot be written now.
  const HeldCounts own = held();
  static_cast<void>(store_->heard_counts().hear(from, word.held.least(own), clock_->now()));
  const Suspicion before = suspicion();
  peer.heard_of_self = word.heard_of_you;
  if (own.lacks_of(word.heard_of_you)) {
    peer.claims = true;
    peer.missed_of_self = peer.missed_of_self.most(word.heard_of_you);
  }
  raise(before);
}

void DirectoryWatch::missing(mpc::PartyIndex at_peer, std::string_view version) {
  const Suspicion before = suspicion();
  Peer& peer = at(at_peer);
  if (peer.missing.size() < kMissingMax) {
    peer.missing.emplace(version);
  }
  peer.claims = true;
  raise(before);
}

void DirectoryWatch::own_vote_unknown(mpc::PartyIndex /*from*/) {
  const Suspicion before = suspicion();
  lost_votes_ = true;
  raise(before);
}

void DirectoryWatch::raise(Suspicion before) {
  if (before == Suspicion::none) {
    held_when_seen_ = held();
  }
  if (suspicion() > before && alarm_) {
    alarm_(describe_self());
  }
}

DirectoryWatch::Suspicion DirectoryWatch::suspicion() const {
  const bool next = at(mpc::next(self_)).claims;
  const bool previous = at(mpc::previous(self_)).claims;
  if (lost_votes_ || (next && previous)) {
    return Suspicion::certain;
  }
  return next || previous ? Suspicion::one_peer : Suspicion::none;
}

std::string DirectoryWatch::missed_by(mpc::PartyIndex peer) const {
  std::string missed;
  for (const std::string& version : at(peer).missing) {
    add_to_list(missed, print_version(version));
  }
  return missed;
}

std::string DirectoryWatch::missing_by(mpc::PartyIndex peer) const {
  std::string missing;
  for (const std::string& version : at(peer).missing) {
    if (!keys_->settled().contains(version)) {
      add_to_list(missing, print_version(version));
    }
  }
  return missing;
}

bool DirectoryWatch::lacks(mpc::PartyIndex peer) const {
  return at(peer).says_so || at(peer).now.lacks_of(store_->heard_counts().of(peer));
}

bool DirectoryWatch::lacks_what_is_claimed_by(mpc::PartyIndex peer) const {
  const Peer& said = at(peer);
  return held().lacks_of(said.heard_of_self) ||
         std::ranges::any_of(said.missing, [this](const std::string& version) {
           return !keys_->settled().contains(version);
         });
}

std::string DirectoryWatch::claim_of(mpc::PartyIndex peer) const {
  if (!at(peer).claims) {
    return {};
  }
  std::string claim;
  if (at(peer).missed_of_self != HeldCounts()) {
    claim += "; " + print(peer) + " said it had heard of " + print(at(peer).missed_of_self) +
             " here, and now says " + print(at(peer).heard_of_self);
  }
  if (const std::string missed = missed_by(peer); !missed.empty()) {
    const std::string missing = missing_by(peer);
    claim += "; " + print(peer) + " said it has what was missing here: " + missed + "; of that " +
             (missing.empty() ? "nothing" : missing) + " is missing now";
  }
  return claim;
}

std::string DirectoryWatch::advice() const {
  const mpc::PartyIndex next = mpc::next(self_);
  const mpc::PartyIndex previous = mpc::previous(self_);
  const bool next_claims = lacks_what_is_claimed_by(next);
  const bool previous_claims = lacks_what_is_claimed_by(previous);
  if (!next_claims && !previous_claims) {
    return suspicion() == Suspicion::certain
               ? kFindOutWhy
               : "nothing is missing now: find out whether it was started with old data, or the "
                 "node that said so is wrong";
  }
  if (lost_votes_ || (next_claims && previous_claims)) {
    return kPutBack;
  }
  const mpc::PartyIndex says = next_claims ? next : previous;
  const mpc::PartyIndex other = next_claims ? previous : next;
  return print(says) + " says so; if " + print(other) + " does not, suspect " + print(says) +
         " first; do not restore anything on one node's word";
}

OldDirectory DirectoryWatch::describe_self() const {
  OldDirectory out;
  out.node = self_;
  out.caught_up = !lacks_what_is_claimed_by(mpc::next(self_)) &&
                  !lacks_what_is_claimed_by(mpc::previous(self_));
  out.detail = "it held " + print(held_when_seen_) + " when that was seen, and holds " +
               print(held()) + " now" + claim_of(mpc::next(self_)) + claim_of(mpc::previous(self_));
  if (lost_votes_) {
    out.detail += "; votes of its own came back that it does not have";
  }
  out.to_do = advice();
  return out;
}

OldDirectory DirectoryWatch::describe(mpc::PartyIndex peer) const {
  OldDirectory out;
  out.node = peer;
  const Peer& said = at(peer);
  out.caught_up = !lacks(peer);
  out.detail = "it had said that it holds " + print(said.before_when_seen) + ", said " +
               print(said.when_seen) + " when that was seen, and says " + print(said.now) + " now";
  if (said.says_so) {
    out.detail += "; it says so itself";
  }
  out.to_do = out.caught_up ? kFindOutWhy : kPutBack;
  return out;
}

std::vector<OldDirectory> DirectoryWatch::report() const {
  std::vector<OldDirectory> out;
  if (suspicion() != Suspicion::none) {
    out.push_back(describe_self());
  }
  for (const mpc::PartyIndex peer : {mpc::next(self_), mpc::previous(self_)}) {
    if (at(peer).old) {
      out.push_back(describe(peer));
    }
  }
  return out;
}

}  // namespace tercet::node
