#include "node/generation/lease.h"

namespace tercet::node {

Status Lease::check_counter(SessionCounter counter) const {
  if (counter.value() < session_mark_) {
    return Error(Errc::already_burnt, "lease: the session counter lies below the mark");
  }
  if (counter.value() == UINT64_MAX) {
    return Error(Errc::out_of_range, "lease: no session counter");
  }
  return ok_status();
}

void Lease::burn_counter(SessionCounter counter) {
  TERCET_CHECK(counter.value() >= session_mark_);
  session_mark_ = counter.value() + 1;
}

void Lease::add_batch(mpc::OneHotBatch batch) {
  const BatchId id = batch.id();
  TERCET_CHECK(batch.set() == set_);
  const bool added = batches_.emplace(id, std::move(batch)).second;
  TERCET_CHECK(added);  // a sid is never run twice
}

Status Lease::check_vectors(const BatchId& batch, std::uint32_t first, std::uint32_t count) const {
  const auto found = batches_.find(batch);
  if (found == batches_.end()) {
    return Error(Errc::already_burnt, "lease: no such batch, or it is used up");
  }
  return found->second.can_take(first, count);
}

Result<mpc::VectorRange> Lease::burn_vectors(const BatchId& batch,
                                             std::uint32_t first,
                                             std::uint32_t count) {
  const auto found = batches_.find(batch);
  if (found == batches_.end()) {
    return Error(Errc::already_burnt, "lease: no such batch, or it is used up");
  }
  return found->second.take(first, count);
}

std::uint32_t Lease::vector_mark(const BatchId& batch) const {
  const auto found = batches_.find(batch);
  return found == batches_.end() ? UINT32_MAX : found->second.mark();  // all of it is burnt
}

std::uint64_t Lease::vectors_left() const {
  std::uint64_t left = 0;
  for (const auto& [id, batch] : batches_) {
    left += batch.remaining();
  }
  return left;
}

std::optional<std::pair<BatchId, std::uint32_t>> Lease::find_vectors(std::uint32_t count) const {
  const mpc::OneHotBatch* best = nullptr;
  for (const auto& [id, batch] : batches_) {
    if (batch.remaining() >= count && (best == nullptr || batch.remaining() < best->remaining())) {
      best = &batch;
    }
  }
  if (best == nullptr) {
    return std::nullopt;
  }
  return std::pair(best->id(), best->mark());
}

void Lease::drop_batch(const BatchId& batch) {
  if (auto node = batches_.extract(batch)) {
    spent_.push_back(std::move(node.mapped()));
  }
}

std::vector<mpc::OneHotBatch> Lease::take_spent_batches(std::uint32_t useful_minimum) {
  for (auto at = batches_.begin(); at != batches_.end();) {
    const auto entry = at++;
    if (entry->second.remaining() < useful_minimum) {
      drop_batch(BatchId(entry->first));
    }
  }
  return std::exchange(spent_, {});
}

}  // namespace tercet::node
