// Vectors ahead of need: what each lease should have, ordering it, taking it in (protocol.md 4).

#include <algorithm>
#include <utility>

#include "mpc/gcm/limits.h"
#include "mpc/keygen/derive.h"
#include "node/session/node_service_parts.h"

namespace tercet::node {

namespace {

constexpr std::size_t kBatchesPerLeaseMax = 40;
constexpr Milliseconds kOrderPauseMin{50};  ///< after a batch that failed; longer after each more
constexpr unsigned kDoublingsMax = 4;
/// A batch that takes less mostly computes.
constexpr Milliseconds kOneAtATime{200};

/// The least that can be taken from a batch of the lease. One that has less left would count as
/// stock for good: after some such batches of the own lease no key could be made any more.
std::uint32_t least_useful(const Lease& lease) {
  return lease.is_own() ? mpc::kDeriveVectors + mpc::kKeyCheckVectors : mpc::vectors_needed(0);
}

}  // namespace

void NodeService::order_stock() {
  NodeContext& context = impl_->context;
  const SteadyTime now = context.monotonic.now();
  for (const auto& [id, lease] : context.generation->leases()) {
    impl_->works->let_go(lease->take_spent_batches(least_useful(*lease)));
  }
  watch_stock();
  if (context.options.self != mpc::PartyIndex::p1 || context.stopping || now < impl_->order_after ||
      !context.hub->trio() || !impl_->works->links_up()) {
    return;
  }
  for (const auto& [id, lease] : context.generation->leases()) {
    // An owner of no batches yet goes first by being asked for one at a time.
    const std::uint64_t batch = context.options.batch_vectors;
    const std::uint64_t target = stock_target(*lease);
    unsigned& ordered = impl_->ordered[id];
    // As many side by side as fill the time in which one waits for the way between the sites; twice
    // as many while the stock is low.
    const auto waits = static_cast<unsigned>(impl_->batch_pace.fastest() / kOneAtATime);
    const std::uint64_t coming = lease->vectors_left() + ordered * batch;
    const bool is_low = coming <= target / 2;
    const bool has_room = lease->batch_count() + ordered < kBatchesPerLeaseMax;
    const bool is_wanted = coming + batch / 2 <= target;
    if (ordered < std::min((is_low ? 2U : 1U) * (1 + waits), BatchWorks::kAtOnceMax) && has_room &&
        is_wanted) {
      ++ordered;
      impl_->works->order(id, static_cast<std::uint32_t>(batch));
    }
  }
}

std::uint64_t NodeService::stock_target(const Lease& lease) const {
  const NodeServiceOptions& options = impl_->context.options;
  const std::uint32_t batches = lease.is_own()
                                    ? options.batches_of_own_lease
                                    : std::min(options.batches_per_lease, lease.batches_wanted);
  return std::uint64_t{batches} * options.batch_vectors;
}

void NodeService::watch_stock() {
  bool low = false;
  for (const auto& [id, lease] : impl_->context.generation->leases()) {
    low = low || lease->vectors_left() <= stock_target(*lease) / 2;
  }
  if (low != impl_->stock_low && on_stock_low) {
    on_stock_low(low);
  }
  impl_->stock_low = low;
}

void NodeService::on_order_ended(const LeaseId& lease, bool ok) {
  const auto found = impl_->ordered.find(lease);
  if (found == impl_->ordered.end()) {
    return;  // its lease ended: no other one waits for that
  }
  found->second -= found->second > 0 ? 1U : 0U;
  if (ok) {
    impl_->orders_failed = 0;
    order_stock();
  } else {
    impl_->metrics.batches_failed.add();
    const Milliseconds pause =
        kOrderPauseMin * (1U << std::min(impl_->orders_failed, kDoublingsMax));
    ++impl_->orders_failed;
    impl_->order_after = impl_->context.monotonic.now() + pause;
  }
}

void NodeService::on_batch(const LeaseId& lease_id, mpc::OneHotBatch batch) {
  Lease* lease = impl_->context.generation->find_lease(lease_id);
  if (lease == nullptr || lease->batch_count() >= kBatchesPerLeaseMax) {
    return;  // the lease ended meanwhile, or P1 makes more than anyone asked for
  }
  impl_->metrics.batches_made.add();
  mpc::wire::BatchReady ready;
  ready.lease = lease_id;
  ready.batch = batch.id();
  ready.vectors = static_cast<std::uint32_t>(batch.count());
  impl_->context.log.debug("batch_ready",
                           field("lease", lease_id),
                           field("batch", batch.id()),
                           field("vectors", ready.vectors));
  lease->add_batch(std::move(batch));
  if (const auto proxy = impl_->proxies.find(lease->owner()); proxy != impl_->proxies.end()) {
    proxy->second->answer(mpc::wire::ProxyFrame::batch_ready, ready.encode());
  }
  if (lease->is_own()) {
    impl_->joint->batch_came();
    if (on_progress) {
      on_progress();
    }
  }
}

}  // namespace tercet::node
