#include "node/link/peer_hub.h"

#include <algorithm>
#include <utility>

#include "core/log/log.h"
#include "core/time/executor_clock.h"
#include "mpc/prf/pair_secret.h"
#include "node/model/peer_name.h"

namespace tercet::node {

namespace {

constexpr Milliseconds kToldAge{1000};  // protocol.md 2: a sid that a peer lacks after 1 s
constexpr Milliseconds kRanAge{5000};
constexpr std::size_t kToldMax = 65536;

std::size_t slot_of(mpc::PartyIndex party) {
  return mpc::number(party);
}

mpc::PartyIndex third_of(mpc::PartyIndex a, mpc::PartyIndex b) {
  return mpc::next(a) == b ? mpc::next(b) : mpc::next(a);
}

/// Position of a pair in Trio::names.
std::size_t pair_slot(mpc::PartyIndex a, mpc::PartyIndex b) {
  return (mpc::next(a) == b ? mpc::number(a) : mpc::number(b)) - 1U;
}

}  // namespace

PeerHub::PeerHub(asio::any_io_executor executor, const Options& options, Events events)
    : executor_(executor),
      monotonic_(clock_of(executor)),
      options_(options),
      events_(std::move(events)),
      log_(*options.log, monotonic_),
      mux_(executor, options.self) {
  identity_.self = options.self;
  identity_.cluster = options.cluster;
  identity_.membership = options.membership;
  identity_.signing_key = options.signing_key;
  for (const mpc::PartyIndex peer : {mpc::next(options.self), mpc::previous(options.self)}) {
    peers_[slot_of(peer)] = std::make_unique<Peer>(peer);
  }
}

PeerHub::Peer& PeerHub::peer_of(mpc::PartyIndex party) {
  TERCET_CHECK(peers_[slot_of(party)] != nullptr);
  return *peers_[slot_of(party)];
}

const PeerHub::Peer& PeerHub::peer_of(mpc::PartyIndex party) const {
  TERCET_CHECK(peers_[slot_of(party)] != nullptr);
  return *peers_[slot_of(party)];
}

Task<void> PeerHub::run_link(mpc::PartyIndex peer, std::shared_ptr<FrameLink> link) {
  Peer& state = peer_of(peer);
  LinkSetup setup(*link, state.record, identity_, *options_.random);
  const GenerationId generation = generation_;
  const bool knew_peer = state.record.generation().has_value();
  Result<SetupOutcome> outcome =
      co_await setup.run(generation, session_count_, Deadline::in(monotonic_, kSetupLimit));
  if (!outcome) {
    log_.warn("peer_link_refused",
              peer_name(peer),
              field("peer", number(peer)),
              field("code", outcome.error().code()),
              field("detail", public_text(outcome.error().what())));
    if (setup.ended_generation()) {
      end_generation_of(peer, *setup.ended_generation());
    }
    link->finish();  // CONFIRM may say that the peer's generation is over
    if (setup.self_ended() && generation == generation_) {
      events_.own_generation_over();
    }
    co_return;
  }
  if (generation != generation_) {
    link->close();  // this node began a new generation meanwhile
    co_return;
  }
  if (state.link) {
    state.link->close();
    mux_.set_link(peer, nullptr);
  }
  state.link = link;
  state.last_heard = monotonic_.now();
  state.round_trip = RoundTrip();
  mux_.set_link(peer, link.get());
  if (*outcome == SetupOutcome::new_secret) {
    if (!knew_peer) {
      state.news.reset();
    }
    events_.trust_changed();
  }
  log_.info("peer_link_up",
            peer_name(peer),
            field("peer", number(peer)),
            field("version", setup.version()),
            field("new_secret", *outcome == SetupOutcome::new_secret));
  greet(peer);
  events_.link_changed(peer, true);

  const Status ended = co_await read_frames(peer, *link);
  link->finish();
  if (state.link == link) {
    state.link.reset();
    state.digests.reset();
    mux_.set_link(peer, nullptr);
    log_.warn("peer_link_down",
              peer_name(peer),
              field("peer", number(peer)),
              field("code", ended.error().code()),
              field("detail", public_text(ended.error().what())));
    events_.link_changed(peer, false);
  }
}

Task<Status> PeerHub::read_frames(mpc::PartyIndex peer, FrameLink& link) {
  for (;;) {
    Result<Frame> frame = co_await link.receive();
    if (!frame) {
      co_return std::move(frame).error();
    }
    if (peer_of(peer).link.get() != &link) {
      co_return Error(Errc::closed, "peer link: replaced by a newer one");
    }
    if (Status routed = dispatch(peer, std::move(frame).value()); !routed) {
      co_return std::move(routed).error();
    }
  }
}

Status PeerHub::dispatch(mpc::PartyIndex from, Frame frame) {
  switch (static_cast<PeerFrame>(frame.type)) {
    case PeerFrame::session:
      return mux_.on_session_frame(from, frame.body);
    case PeerFrame::abort:
      return mux_.on_abort_frame(from, frame.body);
    case PeerFrame::heartbeat:
      return on_heartbeat(from, frame.body);
    case PeerFrame::propose:
      events_.proposal(from, std::move(frame.body));
      return ok_status();
    case PeerFrame::pair_name: {
      TERCET_TRY(PairNameNews news, PairNameNews::decode(frame.body));
      const mpc::PartyIndex other = third_of(options_.self, from);
      if (news.lower != std::min(number(from), number(other)) ||
          news.higher != std::max(number(from), number(other))) {
        return Error(Errc::peer_malformed, "pair name: not of the pair of the two peers");
      }
      Peer& state = peer_of(from);
      const bool changed = !state.news || state.news->name != news.name ||
                           state.news->lower_generation != news.lower_generation ||
                           state.news->higher_generation != news.higher_generation;
      state.news = news;
      if (changed) {
        events_.trust_changed();
      }
      return ok_status();
    }
    case PeerFrame::generation_over:
      log_.error("own_generation_over", peer_name(from), field("said_by", number(from)));
      events_.own_generation_over();
      return Error(Errc::closed, "peer link: this node's generation ended");
    case PeerFrame::commands_wanted:
      return on_commands_wanted(from, frame.body);
    case PeerFrame::command:
      on_command(from, frame.body);
      return ok_status();
    case PeerFrame::decision:
      on_decision(from, frame.body);
      return ok_status();
    case PeerFrame::digest_roots:
    case PeerFrame::digest_question:
    case PeerFrame::digest_answer:
      return on_digests(from, static_cast<PeerFrame>(frame.type), frame.body);
    case PeerFrame::hello:
    case PeerFrame::confirm:
    case PeerFrame::bulk_hello:
      break;
  }
  return Error(Errc::peer_malformed, "peer link: a frame that has no place here");
}

Status PeerHub::on_heartbeat(mpc::PartyIndex from, ByteView body) {
  TERCET_TRY(Heartbeat beat, Heartbeat::decode(body));
  Peer& state = peer_of(from);
  switch (state.record.watch().see(beat.session_count, beat.echo, beat.challenge)) {
    case WatchVerdict::fine:
      break;
    case WatchVerdict::peer_rolled_back:
      log_.error("peer_rolled_back", peer_name(from), field("peer", number(from)));
      // It must begin anew: nothing that it made before is accepted again.
      send(from, PeerFrame::generation_over, Bytes());
      end_generation_of(from, *state.record.generation());
      return Error(Errc::wrong_state, "heartbeat: the peer's generation went backwards");
    case WatchVerdict::self_rolled_back:
      log_.error("self_rolled_back", peer_name(from), field("said_by", number(from)));
      events_.own_generation_over();
      return Error(Errc::wrong_state, "heartbeat: this node's generation went backwards");
  }
  const SteadyTime now = monotonic_.now();
  state.last_heard = now;
  state.round_trip.heard(beat.echo, beat.held_us, now);
  for (const SessionId& sid : beat.ran) {
    if (state.told.size() < kToldMax) {
      state.told.emplace_back(now, sid);
    }
  }
  return ok_status();
}

void PeerHub::end_generation_of(mpc::PartyIndex peer, const GenerationId& generation) {
  Peer& state = peer_of(peer);
  if (!state.record.end_generation(generation)) {
    return;  // an earlier one: the present one, and its link, stand
  }
  state.news.reset();
  events_.trust_changed();
  drop_link(peer);  // made with the secret that is gone
}

void PeerHub::greet(mpc::PartyIndex peer) {
  const mpc::PartyIndex third = third_of(options_.self, peer);
  tell_name_of(peer, third);
  tell_name_of(third, peer);
  if (options_.decisions != nullptr) {
    for (Bytes& said : options_.decisions->open_decisions()) {
      send(peer, PeerFrame::decision, std::move(said));
    }
  }
  begin_digests(peer);
}

void PeerHub::tell_name_of(mpc::PartyIndex pair_with, mpc::PartyIndex third) {
  const PeerRecord& record = peer_of(pair_with).record;
  const std::optional<PairName> name = record.secret_name();
  if (!name || !record.generation()) {
    return;
  }
  PairNameNews news;
  const bool self_lower = number(options_.self) < number(pair_with);
  news.lower = std::min(number(options_.self), number(pair_with));
  news.higher = std::max(number(options_.self), number(pair_with));
  news.lower_generation = self_lower ? generation_ : *record.generation();
  news.higher_generation = self_lower ? *record.generation() : generation_;
  news.name = *name;
  send(third, PeerFrame::pair_name, news.encode());
}

void PeerHub::send(mpc::PartyIndex peer, PeerFrame type, Bytes body) {
  const std::shared_ptr<FrameLink>& link = peer_of(peer).link;
  if (link) {
    // A link that refuses is closing; its reader reports that.
    static_cast<void>(link->send(Frame(static_cast<std::uint8_t>(type), std::move(body))));
  }
}

void PeerHub::send_both(PeerFrame type, const Bytes& body) {
  send(mpc::next(options_.self), type, body);
  send(mpc::previous(options_.self), type, body);
}

void PeerHub::tell_decision(mpc::PartyIndex peer, Bytes said) {
  send(peer, PeerFrame::decision, std::move(said));
}

void PeerHub::pass_on_command(ByteView document) {
  send_both(PeerFrame::command, to_bytes(document));
}

void PeerHub::set_generation(const GenerationId& generation) {
  if (generation_ == generation) {
    return;
  }
  generation_ = generation;
  session_count_ = 0;
  ran_.clear();
  ran_ids_.clear();
  close_links();
  for (const auto& peer : peers_) {
    if (peer) {
      peer->record.forget_secret();
      peer->news.reset();
      peer->to_tell.clear();
      peer->told.clear();
    }
  }
}

void PeerHub::close_links() {
  drop_link(mpc::next(options_.self));
  drop_link(mpc::previous(options_.self));
}

void PeerHub::drop_link(mpc::PartyIndex party) {
  Peer& peer = peer_of(party);
  if (peer.link) {
    peer.link->finish();
    peer.link.reset();
    peer.digests.reset();
    mux_.set_link(party, nullptr);
    events_.link_changed(party, false);
  }
}

void PeerHub::note_ran(const SessionId& sid) {
  const SteadyTime now = monotonic_.now();
  ran_.emplace_back(now, sid);
  ran_ids_.insert(sid);
  for (const mpc::PartyIndex party : {mpc::next(options_.self), mpc::previous(options_.self)}) {
    Peer& peer = peer_of(party);
    if (peer.link && peer.to_tell.size() < kToldMax) {
      peer.to_tell.push_back(sid);
    }
  }
}

void PeerHub::beat() {
  log_.tell_left_out();
  const SteadyTime now = monotonic_.now();
  mux_.drop_stale(now);
  while (!ran_.empty() && now - ran_.front().first > kRanAge) {
    ran_ids_.erase(ran_.front().second);
    ran_.pop_front();
  }
  if (comparison_due(now)) {
    compare_digests();
  }
  for (const mpc::PartyIndex party : {mpc::next(options_.self), mpc::previous(options_.self)}) {
    Peer& peer = peer_of(party);
    if (!peer.link) {
      continue;
    }
    if (now - peer.last_heard > kSilence) {
      log_.warn("peer_silent", peer_name(party), field("peer", number(party)));
      peer.link->close();
      continue;
    }
    judge_told(party, now);
    Heartbeat beat;
    beat.session_count = session_count_;
    beat.echo = peer.record.watch().newest_of_peer();
    beat.challenge = peer.record.watch().issue(*options_.random);
    beat.held_us = peer.round_trip.held_us(now);
    peer.round_trip.sent(beat.challenge, now);
    const std::size_t count = std::min(peer.to_tell.size(), kRanPerHeartbeatMax);
    beat.ran.assign(peer.to_tell.begin(),
                    peer.to_tell.begin() + static_cast<std::ptrdiff_t>(count));
    peer.to_tell.erase(peer.to_tell.begin(),
                       peer.to_tell.begin() + static_cast<std::ptrdiff_t>(count));
    send(party, PeerFrame::heartbeat, beat.encode());
  }
}

void PeerHub::judge_told(mpc::PartyIndex from, SteadyTime now) {
  Peer& peer = peer_of(from);
  while (!peer.told.empty() && now - peer.told.front().first > kToldAge) {
    if (!ran_ids_.contains(peer.told.front().second)) {
      events_.session_unknown(from, peer.told.front().second);
    }
    peer.told.pop_front();
  }
}

std::optional<Trio> PeerHub::trio() const {
  const mpc::PartyIndex next = mpc::next(options_.self);
  const mpc::PartyIndex previous = mpc::previous(options_.self);
  const Peer& a = peer_of(next);
  const Peer& b = peer_of(previous);
  if (!a.link || !b.link || !a.record.secret() || !b.record.secret() || !a.news || !b.news ||
      a.news->name != b.news->name) {
    return std::nullopt;
  }
  const bool next_lower = number(next) < number(previous);
  for (const Peer* teller : {&a, &b}) {
    const GenerationId& of_next =
        next_lower ? teller->news->lower_generation : teller->news->higher_generation;
    const GenerationId& of_previous =
        next_lower ? teller->news->higher_generation : teller->news->lower_generation;
    if (of_next != a.record.generation() || of_previous != b.record.generation()) {
      return std::nullopt;
    }
  }
  Trio trio;
  trio.membership = options_.membership.number;
  trio.generations[slot_of(options_.self) - 1] = generation_;
  trio.generations[slot_of(next) - 1] = *a.record.generation();
  trio.generations[slot_of(previous) - 1] = *b.record.generation();
  trio.names[pair_slot(options_.self, next)] = *a.record.secret_name();
  trio.names[pair_slot(options_.self, previous)] = *b.record.secret_name();
  trio.names[pair_slot(next, previous)] = a.news->name;
  return trio;
}

bool PeerHub::stands(const Trio& trio) const {
  const mpc::PartyIndex next = mpc::next(options_.self);
  const mpc::PartyIndex previous = mpc::previous(options_.self);
  if (trio.membership != options_.membership.number ||
      trio.generations[slot_of(options_.self) - 1] != generation_) {
    return false;
  }
  for (const mpc::PartyIndex party : {next, previous}) {
    const Peer& peer = peer_of(party);
    if (peer.record.generation() != trio.generations[slot_of(party) - 1] ||
        peer.record.secret_name() != trio.names[pair_slot(options_.self, party)] ||
        (peer.news && peer.news->name != trio.names[pair_slot(next, previous)])) {
      return false;
    }
  }
  return true;
}

bool PeerHub::link_up(mpc::PartyIndex peer) const {
  return peer_of(peer).link != nullptr;
}

std::shared_ptr<const mpc::PairSecret> PeerHub::secret_with(mpc::PartyIndex peer) const {
  return peer_of(peer).record.secret();
}

const std::optional<GenerationId>& PeerHub::generation_of(mpc::PartyIndex peer) const {
  return peer_of(peer).record.generation();
}

}  // namespace tercet::node
