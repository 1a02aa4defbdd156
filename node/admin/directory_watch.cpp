#include "node/admin/directory_watch.h"

#include <utility>

#include "node/model/digest_index.h"
#include "node/model/version_name.h"
#include "node/policy/key_directory.h"
#include "node/store/command_log.h"
#include "node/store/heard_counts.h"
#include "node/store/node_store.h"

namespace tercet::node {
namespace {

std::string print_version(const std::string& name) {
  const auto parsed = parse_version_name(name);
  return parsed ? parsed->first.text() + " version " + std::to_string(parsed->second.value()) : "?";
}

std::string print(const HeldCounts& counts) {
  return std::to_string(counts.commands) + " commands and " + std::to_string(counts.versions) +
         " key versions";
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
  word.old_directory = self_is_old() && !describe_self().caught_up;
  return word;
}

void DirectoryWatch::hear(mpc::PartyIndex from, const HoldingWord& word) {
  Peer& peer = at(from);
  peer.now = word.held;
  peer.says_so = word.old_directory;
  peer.heard_of_self = peer.heard_of_self.most(word.heard_of_you);
  const bool was_old = std::exchange(
      peer.old, peer.old || peer.says_so || word.held.lacks_of(store_->heard_counts().of(from)));
  if (peer.old && !was_old && alarm_) {
    alarm_(describe(from));
  }
  // No more than is here: one lie would be an alarm for ever, and what is true beyond that is heard
  // again once this node has it too. So is what cannot be written now.
  const HeldCounts own = held();
  static_cast<void>(store_->heard_counts().hear(from, word.held.least(own)));
  const bool self_was_old = self_is_old();
  held_more_ = held_more_ || own.lacks_of(word.heard_of_you);
  raise(self_was_old);
}

void DirectoryWatch::missing(mpc::PartyIndex /*at*/, std::string_view version) {
  const bool was_old = self_is_old();
  if (missing_.size() < kMissingMax) {
    missing_.emplace(version);
  }
  raise(was_old);
}

void DirectoryWatch::own_vote_unknown(mpc::PartyIndex /*from*/) {
  const bool was_old = self_is_old();
  lost_votes_ = true;
  raise(was_old);
}

void DirectoryWatch::raise(bool was_old) {
  if (!was_old && self_is_old() && alarm_) {
    alarm_(describe_self());
  }
}

bool DirectoryWatch::self_is_old() const {
  return held_more_ || lost_votes_ || !missing_.empty();
}

OldDirectory DirectoryWatch::describe_self() const {
  OldDirectory out;
  out.node = self_;
  const HeldCounts now = held();
  HeldCounts before;
  for (const Peer& peer : peers_) {
    before = before.most(peer.heard_of_self);
  }
  std::string missing;
  for (const std::string& version : missing_) {
    if (!keys_->settled().contains(version)) {
      missing += (missing.empty() ? "" : ", ") + print_version(version);
    }
  }
  out.caught_up = missing.empty() && !now.lacks_of(before);
  out.detail = "it holds " + print(now);
  if (held_more_) {
    out.detail += "; a peer heard of " + print(before) + " here";
  }
  if (!missing.empty()) {
    out.detail += "; peers have what is missing here: " + missing;
  }
  if (lost_votes_) {
    out.detail += "; votes of its own came back that it does not have";
  }
  return out;
}

OldDirectory DirectoryWatch::describe(mpc::PartyIndex peer) const {
  OldDirectory out;
  out.node = peer;
  const Peer& said = at(peer);
  const HeldCounts& before = store_->heard_counts().of(peer);
  out.caught_up = !said.says_so && !said.now.lacks_of(before);
  out.detail =
      "it says that it holds " + print(said.now) + ", and said " + print(before) + " before";
  if (said.says_so) {
    out.detail += "; it says so itself";
  }
  return out;
}

std::vector<OldDirectory> DirectoryWatch::report() const {
  std::vector<OldDirectory> out;
  if (self_is_old()) {
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
