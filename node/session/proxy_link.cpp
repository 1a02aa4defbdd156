#include "node/session/proxy_link.h"

#include <algorithm>
#include <utility>

namespace tercet::node {

using mpc::wire::ProxyFrame;

namespace {

constexpr std::uint32_t kBatchesWantedMax = 32;
constexpr unsigned kLeasesOpeningMax = 4;
/// Releases whose reports may be outstanding; a client that goes away leaves one behind.
constexpr std::size_t kUnreportedMax = 4096;

}  // namespace

ProxyLink::ProxyLink(NodeContext& context,
                     RequestRunner& runner,
                     AgreementRunner& agreements,
                     std::shared_ptr<FrameLink> link)
    : context_(context),
      runner_(runner),
      agreements_(agreements),
      link_(std::move(link)),
      heard_at_(context.monotonic.now()) {}

void ProxyLink::answer(ProxyFrame type, Bytes body) {
  if (open_) {
    // A link that cannot take it is closing: its reader reports that.
    static_cast<void>(link_->send(Frame(static_cast<std::uint8_t>(type), std::move(body))));
  }
}

void ProxyLink::expect_report(std::uint64_t ticket, const SessionId& sid) {
  unreported_[ticket] = sid;
  if (unreported_.size() > kUnreportedMax) {
    unreported_.erase(unreported_.begin());  // the oldest: tickets count up
  }
}

void ProxyLink::enlist(std::uint64_t ticket, MuxChannel* channel) {
  running_[ticket] = channel;
}

void ProxyLink::dismiss(std::uint64_t ticket) {
  running_.erase(ticket);
}

void ProxyLink::close() {
  open_ = false;
  link_->close();
}

Task<void> ProxyLink::run() {
  const std::shared_ptr<ProxyLink> keep = shared_from_this();
  Status ended = ok_status();
  while (ended.ok()) {
    Result<Frame> frame = co_await link_->receive();
    if (!frame) {
      ended = std::move(frame).error();
    } else {
      ended = dispatch(std::move(frame).value());
    }
  }
  close();
  // The owner is gone: nobody may receive what still runs (fault F4).
  const std::map<std::uint64_t, MuxChannel*> running = std::move(running_);
  for (const auto& [ticket, channel] : running) {
    channel->abort(Errc::closed);
  }
  context_.capped.info("proxy_link_down",
                       name(),
                       field("proxy", public_text(name())),
                       field("code", ended.error().code()),
                       field("detail", public_text(ended.error().what())));
}

Status ProxyLink::dispatch(Frame frame) {
  heard_at_ = context_.monotonic.now();
  switch (static_cast<ProxyFrame>(frame.type)) {
    case ProxyFrame::propose_lease:
      return begin_lease(frame.body);
    case ProxyFrame::authenticate:
      return runner_.answer(*this, frame.body);
    case ProxyFrame::make_slots:
      return runner_.begin_slots(shared_from_this(), frame.body);
    case ProxyFrame::encrypt:
      return runner_.begin_encrypt(shared_from_this(), frame.body);
    case ProxyFrame::decrypt:
      return runner_.begin_decrypt(shared_from_this(), frame.body);
    case ProxyFrame::cancel: {
      TERCET_TRY(const mpc::wire::Cancel cancel, mpc::wire::Cancel::decode(frame.body));
      if (const auto found = running_.find(cancel.ticket); found != running_.end()) {
        found->second->abort(Errc::closed);
      }
      return ok_status();
    }
    case ProxyFrame::report:
      return report(frame.body);
    case ProxyFrame::batch_spent:
      return drop_batch(frame.body);
    case ProxyFrame::proxy_status: {
      TERCET_TRY(status_, mpc::wire::ProxyStatus::decode(frame.body));
      return ok_status();
    }
    default:
      return Error(Errc::peer_malformed, "proxy link: a frame that has no place here");
  }
}

Status ProxyLink::drop_batch(ByteView body) {
  TERCET_TRY(const mpc::wire::BatchSpent spent, mpc::wire::BatchSpent::decode(body));
  Lease* const lease = context_.generation->find_lease(spent.lease);
  if (lease != nullptr && lease->owner() == name()) {
    lease->drop_batch(spent.batch);
  }
  return ok_status();
}

Status ProxyLink::report(ByteView body) {
  TERCET_TRY(const mpc::wire::Report report, mpc::wire::Report::decode(body));
  const auto released = unreported_.find(report.ticket);
  if (released == unreported_.end()) {
    return ok_status();  // of nothing: the audit file is not the proxy's to fill
  }
  AuditRecord record("reported");  // the proxy's word, nothing more
  record.text("proxy", name()).number("ticket", report.ticket);
  record.id("sid", released->second);  // that of its `operation`
  unreported_.erase(released);
  record.text("outcome", report.error ? errc_name(*report.error) : std::string_view("answered"));
  // A record that cannot be written stops the service by itself (rule AU5).
  static_cast<void>(context_.audit.write(std::move(record)));
  return ok_status();
}

Status ProxyLink::check_lease_request(const mpc::wire::ProposeLease& request) {
  if (request.version != mpc::wire::kProxyProtocolVersion) {
    return Error(Errc::unsupported, "lease: the proxy speaks another protocol version")
        .hint("run the same release at proxies and nodes");
  }
  const auto& known = context_.options.proxies;
  if (std::find(known.begin(), known.end(), name()) == known.end()) {
    return Error(Errc::denied, "lease: no such proxy in the cluster file");
  }
  if (context_.stopping || !context_.hub->trio()) {
    return Error(Errc::link_closed, "lease: not all three nodes are linked");
  }
  if (leases_opening_ >= kLeasesOpeningMax ||
      !context_.lease_proposals.take(name(), 1, context_.monotonic.now())) {
    return Error(Errc::overloaded, "lease: more proposals than a proxy may make");
  }
  return ok_status();
}

void ProxyLink::refuse_lease(std::uint64_t ticket, const Error& error) {
  context_.capped.warn("lease_refused",
                       name(),
                       field("proxy", public_text(name())),
                       field("code", error.code()),
                       field("detail", public_text(error.what())));
  mpc::wire::Refused refused;
  refused.ticket = ticket;
  refused.reason = error.code();
  answer(ProxyFrame::refused, refused.encode());
}

Status ProxyLink::begin_lease(ByteView body) {
  TERCET_TRY(mpc::wire::ProposeLease request, mpc::wire::ProposeLease::decode(body));
  if (Status allowed = check_lease_request(request); !allowed) {
    refuse_lease(request.ticket, allowed.error());
    return ok_status();
  }
  xks_access_stated_ = request.xks_access_stated;
  on_leases_given_up();
  ++leases_opening_;
  context_.tasks.spawn(open_lease(request));
  return ok_status();
}

Task<void> ProxyLink::open_lease(mpc::wire::ProposeLease request) {
  const std::shared_ptr<ProxyLink> keep = shared_from_this();
  const std::optional<Trio> trio = context_.hub->trio();
  Proposal proposal;
  proposal.kind = SessionKind::lease;
  proposal.opener = name();
  proposal.nonce = request.nonce;
  ByteWriter plan;
  plan.u32(request.batches_wanted);
  proposal.plan = plan.take();
  const mpc::PairSecrets secrets(context_.hub->secret_with(mpc::next(context_.options.self)),
                                 context_.hub->secret_with(mpc::previous(context_.options.self)));
  if (!trio) {
    --leases_opening_;
    refuse_lease(request.ticket, Error(Errc::link_closed, "lease: a peer went away"));
    co_return;
  }
  context_.generation->count_session();
  context_.hub->set_session_count(context_.generation->session_count());
  const Deadline until = Deadline::in(context_.monotonic, context_.options.agreement_limit);
  Result<std::unique_ptr<AgreedSession>> session =
      co_await agreements_.run(std::move(proposal), *trio, secrets, until, until);
  --leases_opening_;
  if (!session) {
    refuse_lease(request.ticket, session.error());
    co_return;
  }
  session.value()->finish();
  if (!open_ || !context_.hub->stands(*trio)) {
    refuse_lease(request.ticket, Error(Errc::closed, "lease: ended while it was opened"));
    co_return;
  }
  LeaseLimits limits;
  limits.slot_sessions_per_second = context_.options.slot_sessions_per_lease_second;
  limits.remembered_max = context_.options.remembered_per_lease;
  Lease& lease = context_.generation->add_lease(std::make_unique<Lease>(
      session.value()->sid(), name(), mpc::ParticipantSet::p123, *trio, secrets, limits));
  lease.batches_wanted = std::clamp(request.batches_wanted, 1U, kBatchesWantedMax);
  mpc::wire::LeaseOpened opened;
  opened.ticket = request.ticket;
  opened.lease = lease.id();
  answer(ProxyFrame::lease_opened, opened.encode());
  on_lease(lease);
}

}  // namespace tercet::node
