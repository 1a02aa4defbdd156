#include "proxy/coordinator/coordinator.h"

#include <algorithm>

#include "core/time/executor_clock.h"

namespace tercet::proxy {

using mpc::PartyIndex;
using mpc::wire::ProxyFrame;

namespace {

/// protocol.md 2: nothing within 5 s, and the agreement is dropped.
constexpr Milliseconds kLeaseAgreementLimit{5000};
/// Nodes end a lease this long after its owner's link closed; so do we.
constexpr Milliseconds kLinkGoneLimit{5000};
/// A lease that has been short of vectors for so long is no longer one: a batch takes a second.
constexpr Milliseconds kShortLimit{10'000};
constexpr Milliseconds kBackOffMin{200};
constexpr Milliseconds kBackOffMax{5000};
constexpr Milliseconds kLeaseTick{1000};
/// Requests that wait for vectors, and those that wait for slots; more are refused at once.
constexpr std::size_t kWaitingMax = 256;

std::size_t index_of(PartyIndex node) {
  return mpc::number(node) - 1U;
}

bool refused_by_any(const Exchange& exchange) {
  return std::ranges::any_of(mpc::kAllParties, [&](PartyIndex node) {
    return exchange.reply(node) && exchange.reply(node)->refused;
  });
}

/// The lease that all three opened under one sid.
Result<LeaseId> equal_lease(const Exchange& exchange) {
  TERCET_TRY(const std::vector<mpc::wire::LeaseOpened> opened,
             decode_three<mpc::wire::LeaseOpened>(exchange));
  if (opened[0].lease != opened[1].lease || opened[1].lease != opened[2].lease) {
    return Error(Errc::session_mismatch, "open a lease: the nodes opened different ones");
  }
  return opened[0].lease;
}

}  // namespace

Coordinator::Coordinator(asio::any_io_executor executor,
                         RandomSource& random,
                         const CoordinatorOptions& options)
    : executor_(executor),
      monotonic_(clock_of(executor)),
      random_(random),
      options_(options),
      nodes_(executor, *this, options.link_silence),
      remembered_(options.remembered_max),
      vector_turns_(executor, kWaitingMax),
      slot_turns_(executor, kWaitingMax),
      lease_wanted_(executor),
      slots_wanted_(executor),
      background_(executor) {
  down_since_.fill(monotonic_.now());
}

void Coordinator::stop() {
  stopping_ = true;
  lease_wanted_.set();
  slots_wanted_.set();
}

Task<void> Coordinator::join() {
  background_.close();
  co_await background_.join();
}

Task<void> Coordinator::keep_lease() {
  Milliseconds back_off = kBackOffMin;
  while (!stopping_) {
    Milliseconds pause = kLeaseTick;
    end_lease_of_absent_node();
    end_lease_without_supply();
    if (!lease_.has_lease() && nodes_.up_count() == mpc::kAllParties.size()) {
      Status opened = co_await open_lease();
      if (opened) {
        ++figures_.leases_opened;
        back_off = kBackOffMin;
      } else {
        ++figures_.leases_failed;
        const auto jitter = random_.array<1>();
        pause = back_off + back_off * jitter[0] / 512;
        back_off = std::min(back_off * 2, kBackOffMax);
      }
    }
    Status woken = co_await lease_wanted_.wait_until(Deadline::in(monotonic_, pause));
    if (!woken && woken.error().code() == Errc::closed) {
      co_return;
    }
    lease_wanted_.reset();
  }
}

Task<Status> Coordinator::open_lease() {
  Exchange exchange(nodes_, ProxyFrame::lease_opened);
  mpc::wire::ProposeLease proposal;
  proposal.ticket = exchange.ticket();
  proposal.nonce = random_.array<32>();
  proposal.batches_wanted = options_.batches_wanted;
  proposal.xks_access_stated = options_.xks_access_stated;
  TERCET_CO_TRY_STATUS(exchange.send_to_all(ProxyFrame::propose_lease, proposal.encode()));
  const Deadline until = Deadline::in(monotonic_, kLeaseAgreementLimit);
  // One refusal is enough: the others would wait until the limit for the node that refused.
  while (!exchange.verdict() && !refused_by_any(exchange)) {
    TERCET_CO_TRY_STATUS(co_await exchange.next_reply(until));
  }
  const Status agreed = exchange.verdict().value_or(
      Error(Errc::link_closed, "open a lease: a node is not ready for one"));
  TERCET_CO_TRY_STATUS(agreed);
  TERCET_CO_TRY(const LeaseId lease, equal_lease(exchange));
  lease_.opened(lease);
  vectors_came();  // batches may have been announced before
  co_return ok_status();
}

void Coordinator::end_lease(const LeaseId& lease) {
  const bool present = lease_.lease() == lease;
  lease_.ended(lease);
  slots_.drop_lease(lease);
  if (present) {
    remembered_.clear();
    lease_wanted_.set();
    vector_turns_.go_round();  // nothing to wait for
    slot_turns_.go_round();
  }
}

void Coordinator::end_lease_of_absent_node() {
  const SteadyTime now = monotonic_.now();
  const bool gone = std::any_of(down_since_.begin(), down_since_.end(), [&](const auto& since) {
    return since && now - *since > kLinkGoneLimit;
  });
  if (gone && lease_.has_lease()) {
    end_lease(*lease_.lease());
  }
}

void Coordinator::end_lease_without_supply() {
  // A node that lost the lease while its link to us was down had nobody to tell, and a proxy that
  // has no vectors left asks for nothing that would be refused.
  if (lease_.has_lease() && short_since_ && monotonic_.now() - *short_since_ > kShortLimit) {
    end_lease(*lease_.lease());
  }
}

void Coordinator::link_up(PartyIndex node) {
  views_[index_of(node)].linked = true;
  down_since_[index_of(node)].reset();
  lease_wanted_.set();
}

void Coordinator::link_down(PartyIndex node) {
  views_[index_of(node)] = NodeView();
  down_since_[index_of(node)] = monotonic_.now();
}

void Coordinator::lease_ended(PartyIndex /*node*/, const mpc::wire::LeaseEnded& message) {
  end_lease(message.lease);
}

void Coordinator::batch_ready(PartyIndex node, const mpc::wire::BatchReady& message) {
  short_since_.reset();
  if (lease_.batch_ready(node, message, monotonic_.now())) {
    vectors_came();
  }
}

void Coordinator::node_status(PartyIndex node, const mpc::wire::NodeStatus& message) {
  views_[index_of(node)].status = message;
  views_[index_of(node)].status_at = monotonic_.now();
}

mpc::wire::ProxyStatus Coordinator::own_status() {
  return options_.own_status ? options_.own_status() : mpc::wire::ProxyStatus();
}

NodeView Coordinator::view(PartyIndex node) const {
  return views_[index_of(node)];
}

bool Coordinator::must_ask_first(const mpc::wire::ProxiedRequest& request) {
  return !request.is_health_check() && bad_signatures_.many(monotonic_.now());
}

void Coordinator::count(Errc code) {
  switch (code) {
    case Errc::not_authenticated:
      ++figures_.signatures_refused;
      bad_signatures_.add(monotonic_.now());
      break;
    case Errc::already_burnt:
      ++figures_.plans_refused;
      break;
    case Errc::protocol_abort:
    case Errc::session_mismatch:
    case Errc::peer_malformed:
      ++figures_.releases_tampered;
      break;
    case Errc::internal:
      ++figures_.nodes_disagreed;
      break;
    case Errc::peer_aborted:
      ++figures_.refused_by_one;
      break;
    case Errc::crypto_failure:
      ++figures_.self_check_failed;
      break;
    default:
      break;
  }
}

void Coordinator::learn(const Exchange& exchange, const SessionPlan& plan, Errc code) {
  count(code);
  const std::optional<Dissent> dissent = exchange.dissent();
  // What belongs to plans happens to honest nodes that are a step apart, and is tried again.
  const bool about_plans =
      dissent && (dissent->reason == Errc::exhausted || dissent->reason == Errc::already_burnt);
  if (dissent && !about_plans && options_.on_dissent) {
    options_.on_dissent(*dissent);
  }
  if (code == Errc::already_burnt) {
    lease_.follow(plan, exchange.session_mark(code), exchange.vector_mark(code));
  }
  for (const PartyIndex node : mpc::kAllParties) {
    const std::optional<Exchange::Reply>& said = exchange.reply(node);
    if (said && said->refused && said->refused->reason == Errc::closed) {
      end_lease(plan.lease);  // one node without it is enough: it cannot be used again
    }
  }
}

Task<Authenticity> Coordinator::authenticate(AuthenticateJob job, Deadline until) {
  SignatureQuestion question(nodes_);
  TERCET_CO_TRY_STATUS(question.ask(std::move(job), until));
  Authenticity answer = co_await question.wait(until);
  if (!answer) {
    count(answer.error().code());
  }
  co_return answer;
}

}  // namespace tercet::proxy
