#include "node/session/joint_sessions.h"

#include <utility>

#include "node/model/peer_name.h"

namespace tercet::node {

namespace {

constexpr Milliseconds kOwnLeaseLifetime{5000};
constexpr Milliseconds kRetryPause{500};
constexpr std::uint32_t kLifetimeMsMax = 120'000;
constexpr std::string_view kProposerName = "P1";
/// How long a proposal waits for a batch: less than early frames are kept.
constexpr Milliseconds kAheadLimit = SessionMux::kEarlyAge / 2;

}  // namespace

JointSessions::JointSessions(NodeContext& context)
    : context_(context),
      runner_(context.hub->mux(), context.options.cluster, context.random),
      batches_came_(context.executor, kJoinsMax) {}

bool JointSessions::three_up() const {
  return context_.hub->trio().has_value() && own_lease() != nullptr;
}

void JointSessions::serve(SessionKind kind, SessionHandler& handler) {
  handlers_[kind] = &handler;
}

mpc::PairSecrets JointSessions::secrets_now() const {
  return mpc::PairSecrets(context_.hub->secret_with(mpc::next(self())),
                          context_.hub->secret_with(mpc::previous(self())));
}

Lease* JointSessions::own_lease() const {
  for (const auto& [id, lease] : context_.generation->leases()) {
    if (lease->is_own()) {
      return lease.get();
    }
  }
  return nullptr;
}

Task<Result<std::unique_ptr<JointSession>>> JointSessions::propose(SessionKind kind,
                                                                   Bytes plan,
                                                                   std::uint32_t vector_count,
                                                                   bool with_contributions,
                                                                   Deadline until) {
  const std::optional<Trio> trio = context_.hub->trio();
  if (self() != mpc::PartyIndex::p1) {
    co_return Error(Errc::wrong_state, "propose: only P1 proposes");
  }
  if (!trio || context_.stopping) {
    co_return Error(Errc::wrong_state, "propose: not all three nodes are linked");
  }
  Proposal proposal;
  proposal.kind = kind;
  proposal.opener = std::string(kProposerName);
  proposal.nonce = context_.random.array<32>();
  proposal.with_contributions = with_contributions;
  proposal.plan = std::move(plan);
  proposal.lifetime_ms = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(until.remaining().count(), 1, kLifetimeMsMax));
  std::optional<mpc::VectorRange> vectors;
  if (vector_count > 0) {
    Lease* lease = own_lease();
    const auto place = lease == nullptr ? std::nullopt : lease->find_vectors(vector_count);
    if (!place) {
      co_return Error(Errc::exhausted, "propose: the nodes' own lease lacks vectors")
          .hint("they are being made; try again in some seconds");
    }
    proposal.vectors.lease = lease->id();
    proposal.vectors.batch = place->first;
    proposal.vectors.first = place->second;
    proposal.vectors.count = vector_count;
    TERCET_CO_TRY(mpc::VectorRange burnt,
                  context_.burn_vectors(*lease, place->first, place->second, vector_count));
    vectors.emplace(std::move(burnt));
  }
  context_.generation->count_session();
  context_.hub->set_session_count(context_.generation->session_count());
  context_.hub->send_both(PeerFrame::propose, proposal.encode());
  const Deadline agreement_until =
      until.earlier_of(Deadline::in(context_.monotonic, context_.options.agreement_limit));
  Result<std::unique_ptr<AgreedSession>> session =
      co_await runner_.run(std::move(proposal), *trio, secrets_now(), agreement_until, until);
  if (!session) {
    co_return std::move(session).error();
  }
  if (vectors) {
    session.value()->give_vectors(std::move(*vectors));
  }
  std::unique_ptr<JointSession> joint = std::move(session).value();
  co_return joint;
}

Status JointSessions::check_proposal(mpc::PartyIndex from, const Proposal& proposal) const {
  if (from != mpc::PartyIndex::p1 || proposal.opener != kProposerName ||
      proposal.set != static_cast<std::uint8_t>(mpc::ParticipantSet::p123)) {
    return Error(Errc::denied, "proposal: only P1 proposes, and for all three");
  }
  if (proposal.lifetime_ms == 0 || proposal.lifetime_ms > kLifetimeMsMax) {
    return Error(Errc::out_of_range, "proposal: lifetime");
  }
  if (proposal.kind == SessionKind::own_lease) {
    if (proposal.vectors.count != 0 || !proposal.plan.empty()) {
      return Error(Errc::invalid_argument, "proposal: a lease takes no vectors");
    }
    return ok_status();
  }
  const auto handler = handlers_.find(proposal.kind);
  if (handler == handlers_.end()) {
    return Error(Errc::unsupported, "proposal: nothing here serves this kind");
  }
  TERCET_TRY_STATUS(handler->second->accept(proposal.plan, proposal.vectors.count));
  if (proposal.vectors.count > 0) {
    const Lease* lease = context_.generation->find_lease(proposal.vectors.lease);
    if (lease == nullptr || !lease->is_own()) {
      return Error(Errc::not_found, "proposal: vectors of a lease that is not the nodes' own");
    }
    return lease->check_vectors(
        proposal.vectors.batch, proposal.vectors.first, proposal.vectors.count);
  }
  return ok_status();
}

void JointSessions::on_proposal(mpc::PartyIndex from, Bytes raw) {
  Result<Proposal> proposal = Proposal::decode(raw);
  // Who comes while others wait comes after them: their vectors lie before its own.
  const bool waits = proposal && from == mpc::PartyIndex::p1 && proposal->vectors.count > 0 &&
                     (lacks_batch(*proposal) || !batches_came_.empty());
  if (waits && !batches_came_.full()) {
    context_.tasks.spawn(wait_for_batch(from, std::move(proposal).value()));
    return;
  }
  judge(from, std::move(proposal));
}

bool JointSessions::lacks_batch(const Proposal& proposal) const {
  const Lease* const own = own_lease();
  return own != nullptr && proposal.vectors.count > 0 && proposal.vectors.lease == own->id() &&
         !own->has_batch(proposal.vectors.batch);
}

Task<void> JointSessions::wait_for_batch(mpc::PartyIndex from, Proposal proposal) {
  {
    TurnQueue::Place place(batches_came_);
    const Deadline until = Deadline::in(context_.monotonic, kAheadLimit);
    Status came = ok_status();
    bool waits = true;
    while (came.ok() && waits) {
      came = co_await place.turn(until);
      waits = lacks_batch(proposal);
      if (waits) {
        place.pass_on();
      }
    }
    // In its turn, so that the next one is judged after it.
    judge(from, Result<Proposal>(std::move(proposal)));
  }
}

void JointSessions::judge(mpc::PartyIndex from, Result<Proposal> proposal) {
  Status accepted = proposal ? check_proposal(from, *proposal) : Status(proposal.error());
  const std::optional<Trio> trio = context_.hub->trio();
  if (accepted.ok() && (!trio || context_.stopping)) {
    accepted = Error(Errc::wrong_state, "proposal: not all three nodes are linked here");
  }
  if (accepted.ok() && joins_ >= kJoinsMax) {
    accepted = Error(Errc::overloaded, "proposal: too many sessions of this peer's are under way");
  }
  if (!accepted.ok()) {
    context_.capped.warn("proposal_refused",
                         peer_name(from),
                         field("peer", number(from)),
                         field("code", accepted.error().code()),
                         field("detail", public_text(accepted.error().what())));
    if (proposal && trio) {
      const SessionId meeting =
          AgreementRunner::identity(context_.options.cluster, *proposal, *trio).proposal_hash();
      context_.hub->mux().send_abort(meeting, std::nullopt, accepted.error().code());
    }
    return;
  }
  context_.tasks.spawn(join(std::move(proposal).value(), *trio, secrets_now()));
}

Task<void> JointSessions::join(Proposal proposal, Trio trio, mpc::PairSecrets secrets) {
  const CountedJoin counted(joins_);
  std::optional<mpc::VectorRange> vectors;
  const SessionKind kind = proposal.kind;
  if (proposal.vectors.count > 0) {
    Lease* lease = context_.generation->find_lease(proposal.vectors.lease);
    Result<mpc::VectorRange> burnt =
        lease == nullptr
            ? Result<mpc::VectorRange>(Error(Errc::closed, "the own lease ended"))
            : context_.burn_vectors(
                  *lease, proposal.vectors.batch, proposal.vectors.first, proposal.vectors.count);
    if (!burnt) {
      co_return;
    }
    vectors.emplace(std::move(burnt).value());
  }
  context_.generation->count_session();
  context_.hub->set_session_count(context_.generation->session_count());
  const Deadline until = Deadline::in(context_.monotonic, Milliseconds(proposal.lifetime_ms));
  const Deadline agreement_until =
      until.earlier_of(Deadline::in(context_.monotonic, context_.options.agreement_limit));
  Result<std::unique_ptr<AgreedSession>> session =
      co_await runner_.run(std::move(proposal), trio, secrets, agreement_until, until);
  if (!session) {
    context_.capped.warn("agreement_failed",
                         kProposerName,
                         field("code", session.error().code()),
                         field("detail", public_text(session.error().what())));
    co_return;
  }
  if (kind == SessionKind::own_lease) {
    session.value()->finish();
    adopt_own_lease(session.value()->sid(), trio, secrets);
    co_return;
  }
  if (vectors) {
    session.value()->give_vectors(std::move(*vectors));
  }
  const SessionId sid = session.value()->sid();
  std::unique_ptr<JointSession> joint = std::move(session).value();
  const Status ended = co_await handlers_.at(kind)->run(std::move(joint));
  AuditRecord record("joint_session");
  record.id("sid", sid).text("outcome", ended.ok() ? "done" : "failed");
  if (!ended.ok()) {
    record.error(ended.error().code()).text("detail", ended.error().what());
  }
  // An audit trail that cannot be written stops the service by itself (rule AU5). What fails costs
  // the proposer nothing.
  static_cast<void>(ended.ok() ? context_.audit.write(std::move(record))
                               : context_.audit.write_capped(std::move(record), kProposerName));
}

void JointSessions::tick() {
  const SteadyTime now = context_.monotonic.now();
  if (self() != mpc::PartyIndex::p1 || opening_ || now < retry_after_ || context_.stopping ||
      !context_.hub->trio() || own_lease() != nullptr) {
    return;
  }
  opening_ = true;
  context_.tasks.spawn(open_own_lease());
}

Task<void> JointSessions::open_own_lease() {
  const std::optional<Trio> trio = context_.hub->trio();
  const mpc::PairSecrets secrets = secrets_now();
  Result<std::unique_ptr<JointSession>> session =
      co_await propose(SessionKind::own_lease,
                       Bytes(),
                       0,
                       false,
                       Deadline::in(context_.monotonic, kOwnLeaseLifetime));
  opening_ = false;
  if (!session) {
    retry_after_ = context_.monotonic.now() + kRetryPause;
    context_.capped.warn("own_lease_failed",
                         kProposerName,
                         field("code", session.error().code()),
                         field("detail", public_text(session.error().what())));
    co_return;
  }
  session.value()->finish();
  if (trio) {
    adopt_own_lease(session.value()->sid(), *trio, secrets);
  }
}

void JointSessions::adopt_own_lease(const SessionId& sid,
                                    const Trio& trio,
                                    mpc::PairSecrets secrets) {
  if (!context_.hub->stands(trio)) {
    return;  // a generation ended while the nodes agreed
  }
  if (const Lease* old = own_lease(); old != nullptr) {
    const LeaseId old_id = old->id();
    on_lease_over(old_id);
  }
  Lease& lease = context_.generation->add_lease(std::make_unique<Lease>(
      sid, std::string(), mpc::ParticipantSet::p123, trio, std::move(secrets), LeaseLimits()));
  lease.batches_wanted = context_.options.batches_of_own_lease;
  on_lease(lease);
}

}  // namespace tercet::node
