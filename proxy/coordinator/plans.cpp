// Plans: the next session's numbers and, where it needs some, vectors. What finds too few waits for
// more inside its deadline, in the order of arrival.

#include <algorithm>

#include "proxy/coordinator/coordinator.h"

namespace tercet::proxy {

using mpc::wire::ProxyFrame;

namespace {

/// Vectors that come later than so long before the deadline would be burnt for nothing.
constexpr Milliseconds kServeTime{25};

}  // namespace

Result<SessionPlan> Coordinator::next_plan(std::uint32_t vectors) {
  for (const BatchId& batch : lease_.take_spent(monotonic_.now())) {
    mpc::wire::BatchSpent spent;
    spent.lease = *lease_.lease();
    spent.batch = batch;
    const Bytes body = spent.encode();
    for (const mpc::PartyIndex node : mpc::kAllParties) {
      // A node that cannot be reached is about to end the lease, and the batch with it.
      static_cast<void>(nodes_.send(node, ProxyFrame::batch_spent, body));
    }
  }
  if (vectors == 0) {
    return lease_.plan_without_vectors();
  }
  Result<SessionPlan> plan = lease_.plan(vectors);
  if (!plan && plan.error().code() == Errc::exhausted && !short_since_) {
    short_since_ = monotonic_.now();
  }
  return plan;
}

Task<Result<SessionPlan>> Coordinator::plan_in_time(std::uint32_t vectors, Deadline until) {
  if (vectors == 0 || !vector_turns_.in_round()) {
    Result<SessionPlan> plan = next_plan(vectors);
    if (plan || plan.error().code() != Errc::exhausted) {
      co_return plan;
    }
  }
  if (vector_turns_.full()) {
    co_return short_of_vectors(vector_turns_.oldest_since());
  }
  ++figures_.plans_waited;
  TurnQueue::Place place(vector_turns_);
  const Deadline latest = Deadline::at(monotonic_, until.when() - kServeTime);
  while (true) {
    Status came = co_await place.turn(latest);
    if (!came && came.error().code() == Errc::timeout) {
      co_return short_of_vectors(place.since());
    }
    TERCET_CO_TRY_STATUS(came);
    Result<SessionPlan> plan = next_plan(vectors);
    place.pass_on();
    if (plan || plan.error().code() != Errc::exhausted) {
      co_return plan;
    }
  }
}

Error Coordinator::short_of_vectors(SteadyTime since) const {
  if (supplied_at_ && *supplied_at_ >= since) {
    return Error(Errc::exhausted, "plan a session: other requests used the vectors that were made")
        .hint("the load is above what the nodes can prepare");
  }
  return Error(Errc::timeout, "plan a session: no vectors left, and none came while it waited")
      .hint("look at the nodes: is one away, or its bulk links down?");
}

void Coordinator::vectors_came() {
  short_since_.reset();
  supplied_at_ = monotonic_.now();
  vector_turns_.go_round();
  slots_wanted_.set();
}

}  // namespace tercet::proxy
