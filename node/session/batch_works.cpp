#include "node/session/batch_works.h"

#include <utility>

#include <boost/asio/post.hpp>

#include "core/async/deadline.h"
#include "core/ct/ct.h"
#include "core/time/executor_clock.h"
#include "node/link/link_setup.h"
#include "node/model/peer_name.h"

namespace tercet::node {

namespace {

constexpr std::string_view kProposerName = "P1";
/// Joined sessions, those that wait for their turn included.
constexpr std::size_t kJoinedMax = 2 * BatchWorks::kAtOnceMax;
/// By which P1 may be ahead in opening a lease. Shorter than early frames are kept.
constexpr Milliseconds kAheadLimit = SessionMux::kEarlyAge / 2;
constexpr Milliseconds kGreetLimit{5000};

Bytes plan_of(const LeaseId& lease, std::uint32_t vectors) {
  ByteWriter plan;
  plan.raw(lease.view()).u32(vectors);
  return plan.take();
}

}  // namespace

BatchWorks::BatchWorks(asio::any_io_executor executor, Options options)
    : executor_(executor),
      monotonic_(clock_of(executor)),
      options_(std::move(options)),
      capped_(options_.log, monotonic_),
      mux_(executor, options_.self),
      runner_(mux_, options_.cluster, *options_.random),
      tasks_(executor),
      leases_opened_(executor, kJoinedMax),
      turns_(executor, kJoinedMax + kAtOnceMax) {}

void BatchWorks::tell_left_out() {
  asio::post(executor_, [self = shared_from_this()] { self->capped_.tell_left_out(); });
}

void BatchWorks::set_trust(std::optional<Trio> trio, mpc::PairSecrets secrets) {
  asio::post(executor_, [self = shared_from_this(), trio, secrets]() mutable {
    if (self->trio_ == trio) {
      return;
    }
    // Sessions that named another secret end with their links; the links are dialled anew.
    self->close_links();
    self->trio_ = trio;
    self->secrets_ = std::move(secrets);
  });
}

void BatchWorks::open_lease(const LeaseId& lease) {
  asio::post(executor_, [self = shared_from_this(), lease] {
    self->leases_.insert(lease);
    self->leases_opened_.go_round();
  });
}

void BatchWorks::end_lease(const LeaseId& lease) {
  asio::post(executor_, [self = shared_from_this(), lease] { self->leases_.erase(lease); });
}

void BatchWorks::order(const LeaseId& lease, std::uint32_t vectors) {
  asio::post(executor_, [self = shared_from_this(), lease, vectors] {
    self->orders_.emplace_back(lease, vectors);
    if (self->ordering_ < kAtOnceMax && !self->stopping_) {
      ++self->ordering_;
      self->tasks_.spawn(self->run_orders());
    }
  });
}

void BatchWorks::let_go(std::vector<mpc::OneHotBatch> batches) {
  if (!batches.empty()) {
    asio::post(executor_, [gone = std::move(batches)] { static_cast<void>(gone); });
  }
}

void BatchWorks::stop() {
  asio::post(executor_, [self = shared_from_this()] {
    self->stopping_ = true;
    self->orders_.clear();
    self->close_links();
  });
}

void BatchWorks::close_links() {
  for (const mpc::PartyIndex peer : {mpc::next(options_.self), mpc::previous(options_.self)}) {
    if (links_[number(peer)]) {
      links_[number(peer)]->close();
      set_link(peer, nullptr);
    }
  }
}

void BatchWorks::set_link(mpc::PartyIndex peer, std::shared_ptr<FrameLink> link) {
  links_[number(peer)] = std::move(link);
  mux_.set_link(peer, links_[number(peer)].get());
  links_up_.store((links_[number(mpc::next(options_.self))] ? 1U : 0U) +
                      (links_[number(mpc::previous(options_.self))] ? 1U : 0U),
                  std::memory_order_relaxed);
}

Task<Status> BatchWorks::greet(mpc::PartyIndex peer, FrameLink& link) {
  const std::optional<Trio> trio = trio_;
  if (!trio || stopping_) {
    co_return Error(Errc::closed, "bulk link: no pair secrets yet");
  }
  const mpc::PartyIndex self = options_.self;
  BulkHello mine;
  mine.generation = trio->generations[number(self) - 1U];
  mine.name = trio->name_of(self, peer);
  const std::shared_ptr<const mpc::PairSecret> secret =
      mpc::side_of(self, peer) == mpc::Side::next ? secrets_.with_next : secrets_.with_previous;
  const ByteView binding = link.channel_binding();
  mine.mac = bulk_mac(*secret, self, mine.generation, binding);
  TERCET_CO_TRY_STATUS(
      link.send(Frame(static_cast<std::uint8_t>(PeerFrame::bulk_hello), mine.encode())));
  TERCET_CO_TRY(Frame frame,
                co_await with_deadline(link.receive(), Deadline::in(monotonic_, kGreetLimit)));
  if (frame.type != static_cast<std::uint8_t>(PeerFrame::bulk_hello)) {
    co_return Error(Errc::peer_malformed, "bulk link: the first frame is no greeting");
  }
  TERCET_CO_TRY(const BulkHello theirs, BulkHello::decode(frame.body));
  if (trio_ != trio || theirs.generation != trio->generations[number(peer) - 1U] ||
      theirs.name != mine.name) {
    co_return Error(Errc::session_mismatch, "bulk link: the peer names another pair secret");
  }
  if (!ct::equal(theirs.mac, bulk_mac(*secret, peer, theirs.generation, binding))) {
    co_return Error(Errc::denied, "bulk link: the peer does not hold the pair secret on this link");
  }
  co_return ok_status();
}

Task<void> BatchWorks::run_link(mpc::PartyIndex peer, std::shared_ptr<FrameLink> link) {
  Status ended = co_await greet(peer, *link);
  const bool came_up = ended.ok();
  if (came_up) {
    if (links_[number(peer)]) {
      links_[number(peer)]->close();
      mux_.set_link(peer, nullptr);
    }
    set_link(peer, link);
    capped_.info("bulk_link_up", peer_name(peer), field("peer", number(peer)));
    while (ended.ok()) {
      Result<Frame> frame = co_await link->receive();
      if (!frame) {
        ended = std::move(frame).error();
      } else if (links_[number(peer)] != link) {
        ended = Error(Errc::closed, "bulk link: replaced, or its secret is gone");
      } else {
        ended = dispatch(peer, std::move(frame).value());
      }
    }
  }
  link->close();
  if (links_[number(peer)] == link) {
    set_link(peer, nullptr);
  }
  if (!came_up && ended.error().code() == Errc::closed) {
    co_return;  // no secrets yet, or a stop: it is dialled again, and says nothing of this peer
  }
  capped_.info("bulk_link_down",
               peer_name(peer),
               field("peer", number(peer)),
               field("code", ended.error().code()),
               field("detail", public_text(ended.error().what())));
}

Status BatchWorks::dispatch(mpc::PartyIndex from, Frame frame) {
  switch (static_cast<PeerFrame>(frame.type)) {
    case PeerFrame::session:
      return mux_.on_session_frame(from, frame.body);
    case PeerFrame::abort:
      return mux_.on_abort_frame(from, frame.body);
    case PeerFrame::propose:
      on_proposal(from, frame.body);
      return ok_status();
    default:
      return Error(Errc::peer_malformed, "bulk link: a frame that has no place here");
  }
}

void BatchWorks::on_proposal(mpc::PartyIndex from, ByteView raw) {
  Result<Proposal> proposal = Proposal::decode(raw);
  if (!proposal || !trio_) {
    return;
  }
  ByteReader plan(proposal->plan);
  const LeaseId lease(plan.array<LeaseId::kBytes>());
  const std::uint32_t vectors = plan.u32();
  const bool valid = plan.finish("batch plan").ok() && from == mpc::PartyIndex::p1 &&
                     proposal->kind == SessionKind::batch && proposal->opener == kProposerName &&
                     proposal->set == 0 && !proposal->with_contributions &&
                     proposal->vectors.count == 0 && vectors >= options_.vectors_min &&
                     vectors <= options_.vectors_max;
  if (!valid || joined_ >= kJoinedMax || stopping_) {
    refuse(*proposal, valid ? Errc::overloaded : Errc::invalid_argument);
    return;
  }
  ++joined_;
  tasks_.spawn(join(std::move(proposal).value(), lease, vectors));
}

void BatchWorks::refuse(const Proposal& proposal, Errc reason) {
  if (trio_) {
    const SessionId meeting =
        AgreementRunner::identity(options_.cluster, proposal, *trio_).proposal_hash();
    mux_.send_abort(meeting, std::nullopt, reason);
  }
}

Task<Status> BatchWorks::wait_for_lease(LeaseId lease) {
  TurnQueue::Place place(leases_opened_);
  const Deadline until = Deadline::in(monotonic_, kAheadLimit);
  while (!leases_.contains(lease)) {
    TERCET_CO_TRY_STATUS(co_await place.turn(until));
    place.pass_on();
  }
  co_return ok_status();
}

Task<void> BatchWorks::join(Proposal proposal, LeaseId lease, std::uint32_t vectors) {
  Status ended = co_await wait_for_lease(lease);
  if (ended.ok()) {
    ended = co_await make(std::move(proposal), lease, vectors);
  } else {
    refuse(proposal, Errc::not_found);
  }
  --joined_;
  if (!ended.ok()) {
    capped_.warn("batch_failed",
                 peer_name(mpc::PartyIndex::p1),
                 field("lease", lease),
                 field("code", ended.error().code()),
                 field("detail", public_text(ended.error().what())));
  }
}

Task<Status> BatchWorks::wait_for_turn(Deadline until) {
  TurnQueue::Place place(turns_);
  while (turns_.in_round() || making_ >= kAtOnceMax) {
    TERCET_CO_TRY_STATUS(co_await place.turn(until));
    if (making_ < kAtOnceMax) {
      break;
    }
    place.pass_on();
  }
  ++making_;
  co_return ok_status();
}

Task<void> BatchWorks::run_orders() {
  while (!orders_.empty() && !stopping_) {
    const auto [lease, vectors] = orders_.front();
    orders_.pop_front();
    const SteadyTime began = monotonic_.now();
    const Status ended = co_await run_order(lease, vectors);
    if (!ended.ok()) {
      capped_.warn("batch_failed",
                   peer_name(mpc::PartyIndex::p1),
                   field("lease", lease),
                   field("code", ended.error().code()),
                   field("detail", public_text(ended.error().what())));
    }
    options_.order_ended(lease, ended, std::chrono::ceil<Milliseconds>(monotonic_.now() - began));
  }
  --ordering_;
}

Task<Status> BatchWorks::run_order(LeaseId lease, std::uint32_t vectors) {
  if (!trio_ || !links_up() || !leases_.contains(lease)) {
    co_return Error(Errc::wrong_state, "batch: links down, or the lease has ended");
  }
  Proposal proposal;
  proposal.kind = SessionKind::batch;
  proposal.opener = std::string(kProposerName);
  proposal.nonce = options_.random->array<32>();
  proposal.plan = plan_of(lease, vectors);
  proposal.lifetime_ms = static_cast<std::uint32_t>(options_.batch_limit.count());
  const Bytes raw = proposal.encode();
  for (const mpc::PartyIndex peer : {mpc::next(options_.self), mpc::previous(options_.self)}) {
    TERCET_CO_TRY_STATUS(
        links_[number(peer)]->send(Frame(static_cast<std::uint8_t>(PeerFrame::propose), raw)));
  }
  co_return co_await make(std::move(proposal), lease, vectors);
}

Task<Status> BatchWorks::make(Proposal proposal, LeaseId lease, std::uint32_t vectors) {
  if (!trio_) {
    co_return Error(Errc::closed, "batch: the pair secrets are gone");
  }
  const Deadline until = Deadline::in(monotonic_, options_.batch_limit);
  TERCET_CO_TRY(const std::unique_ptr<AgreedSession> session,
                co_await runner_.run(std::move(proposal),
                                     *trio_,
                                     secrets_,
                                     Deadline::in(monotonic_, options_.agreement_limit),
                                     until));
  // P1 is done with a batch before the others are: the next one waits here until they are, too.
  // After the agreement, since frames of a session that is not open are kept for a moment only.
  TERCET_CO_TRY_STATUS(co_await wait_for_turn(until));
  Result<mpc::OneHotBatch> batch = co_await options_.engine->make_batch(session->party(), vectors);
  --making_;
  turns_.go_round();
  if (!batch) {
    session->abort(batch.error().code());
    co_return std::move(batch).error();
  }
  session->finish();
  if (leases_.contains(lease)) {
    options_.made(lease, std::move(batch).value());
  }
  co_return ok_status();
}

}  // namespace tercet::node
