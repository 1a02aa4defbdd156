// What two nodes tell each other of what they hold, when a link comes up and at every change:
// commands, decisions, digests of all that is settled (docs/key-lifecycle.md). Members of PeerHub.

#include <algorithm>
#include <utility>

#include "core/log/log.h"
#include "node/link/digest_frames.h"
#include "node/link/peer_hub.h"
#include "node/model/peer_name.h"
#include "node/model/version_name.h"

namespace tercet::node {

void PeerHub::begin_digests(mpc::PartyIndex peer) {
  Peer& state = peer_of(peer);
  if (!state.record.secret()) {
    return;
  }
  const DigestIndex& commands =
      options_.commands == nullptr ? no_commands_ : options_.commands->digests();
  state.digests =
      std::make_unique<LinkDigests>(commands,
                                    options_.keys->settled(),
                                    options_.keys->components(mpc::side_of(options_.self, peer)),
                                    state.record.secret());
  tell_digest_roots(peer);
}

bool PeerHub::comparison_due(SteadyTime now) const {
  const bool grown = options_.holdings != nullptr &&
                     options_.holdings->word_to(mpc::next(options_.self)).held != told_held_;
  return now - compared_ >= (grown ? kTellGrowth : kCompareAgain);
}

void PeerHub::compare_digests() {
  compared_ = monotonic_.now();
  if (options_.holdings != nullptr) {
    told_held_ = options_.holdings->word_to(mpc::next(options_.self)).held;
  }
  tell_digest_roots(mpc::next(options_.self));
  tell_digest_roots(mpc::previous(options_.self));
}

void PeerHub::tell_digest_roots(mpc::PartyIndex peer) {
  if (const auto& digests = peer_of(peer).digests) {
    DigestRoots message = digests->exchange().roots();
    if (options_.holdings != nullptr) {
      message.holding = options_.holdings->word_to(peer);
    }
    send(peer, PeerFrame::digest_roots, message.encode());
  }
}

void PeerHub::compared_with(mpc::PartyIndex peer, const LinkDigests& digests) {
  if (options_.decisions != nullptr && !digests.exchange().busy()) {
    options_.decisions->compared_with(peer);
  }
}

Status PeerHub::on_digests(mpc::PartyIndex from, PeerFrame type, ByteView body) {
  const auto& digests = peer_of(from).digests;
  if (!digests) {
    return Error(Errc::peer_malformed, "digests: the link has no pair secret yet");
  }
  if (type == PeerFrame::digest_answer) {
    return on_digest_answer(from, *digests, body);
  }
  if (type == PeerFrame::digest_question) {
    TERCET_TRY(const DigestQuestion question, DigestQuestion::decode(body));
    send(from, PeerFrame::digest_answer, digests->exchange().answer(question).encode());
    return ok_status();
  }
  TERCET_TRY(const DigestRoots theirs, DigestRoots::decode(body));
  if (options_.holdings != nullptr) {
    options_.holdings->hear(from, theirs.holding);
  }
  for (const DigestQuestion& question : digests->exchange().on_roots(theirs)) {
    send(from, PeerFrame::digest_question, question.encode());
  }
  compared_with(from, *digests);
  return ok_status();
}

Status PeerHub::on_digest_answer(mpc::PartyIndex from, LinkDigests& digests, ByteView body) {
  TERCET_TRY(const DigestAnswer answer, DigestAnswer::decode(body));
  TERCET_TRY(const DigestExchange::Step step, digests.exchange().on_answer(answer));
  // Before the next question: what is wanted is sent before the next answer, so a long difference
  // fills no queue.
  CommandIds wanted;
  for (const DigestExchange::Difference& difference : step.differences) {
    if (difference.topic != DigestTopic::commands) {
      on_difference(from, difference);
    } else if (difference.name.size() == CommandId::kBytes) {
      wanted.ids.push_back(CommandId::copy_of(as_bytes(difference.name)));
    }
  }
  if (!wanted.ids.empty()) {
    send(from, PeerFrame::commands_wanted, wanted.encode());
  }
  if (step.ask) {
    send(from, PeerFrame::digest_question, step.ask->encode());
  }
  compared_with(from, digests);
  return ok_status();
}

/// The peer has the version settled, or its component, otherwise than this node or without it.
void PeerHub::on_difference(mpc::PartyIndex from, const DigestExchange::Difference& difference) {
  const auto name = parse_version_name(difference.name);
  if (!name || (options_.decisions != nullptr && options_.decisions->concerns(name->first))) {
    return;  // what is open here ends by votes
  }
  if (options_.keys->settled().contains(difference.name)) {
    events_.key_differs(name->first, from);
  } else if (difference.topic == DigestTopic::settled) {
    events_.key_missing(name->first, from);
    if (options_.holdings != nullptr) {
      options_.holdings->missing(from, difference.name);
    }
  }
}

Status PeerHub::on_commands_wanted(mpc::PartyIndex from, ByteView body) {
  TERCET_TRY(const CommandIds wanted, CommandIds::decode(body));
  if (options_.commands == nullptr) {
    return ok_status();
  }
  for (const CommandId& id : wanted.ids) {
    if (std::optional<Bytes> document = options_.commands->command(id)) {
      send(from, PeerFrame::command, std::move(*document));
    }
  }
  return ok_status();
}

void PeerHub::on_command(mpc::PartyIndex from, ByteView body) {
  if (options_.commands == nullptr) {
    return;
  }
  Result<std::optional<Bytes>> taken = options_.commands->offer(body);
  if (!taken) {
    if (taken.error().code() != Errc::already_exists) {
      log_.warn("peer_command_refused",
                peer_name(from),
                field("peer", number(from)),
                field("code", taken.error().code()));
    }
    return;
  }
  if (*taken) {
    send(from, PeerFrame::command, std::move(**taken));
  }
  events_.caught_up();
}

void PeerHub::on_decision(mpc::PartyIndex from, ByteView body) {
  if (options_.decisions == nullptr) {
    return;
  }
  if (Status heard = options_.decisions->hear_decision(from, body); !heard) {
    log_.warn("peer_decision_refused",
              peer_name(from),
              field("peer", number(from)),
              field("code", heard.error().code()));
    return;
  }
  events_.caught_up();
}

}  // namespace tercet::node
