#include "proxy/coordinator/lease_holder.h"

#include <algorithm>
#include <utility>

namespace tercet::proxy {
namespace {

/// Announcements kept for batches that not all nodes have yet; beyond it the nodes misbehave.
constexpr std::size_t kAnnouncedMax = 256;
/// A batch with fewer vectors left than the smallest request needs is forgotten.
constexpr std::uint32_t kSmallestRequest = 2 * mpc::wire::kVectorsPerBlockMax;
constexpr std::uint32_t kLargestRequest =
    (mpc::wire::kBlocksMax + 1) * mpc::wire::kVectorsPerBlockMax;
/// Begun batches that are kept although a request did not fit into them: a smaller one may.
constexpr std::ptrdiff_t kPassedOverMax = 4;

}  // namespace

void LeaseHolder::opened(const LeaseId& lease) {
  lease_ = lease;
  most_stock_ = 0;
  next_counter_ = 1;
  batches_.clear();
  spent_.clear();
  std::erase_if(announced_, [&](const auto& entry) { return entry.second.lease != lease; });
  promote();
}

void LeaseHolder::ended(const LeaseId& lease) {
  std::erase_if(announced_, [&](const auto& entry) { return entry.second.lease == lease; });
  if (lease_ == lease) {
    lease_.reset();
    batches_.clear();
    spent_.clear();
  }
}

bool LeaseHolder::batch_ready(mpc::PartyIndex node,
                              const mpc::wire::BatchReady& message,
                              SteadyTime now) {
  const auto found = announced_.find(message.batch);
  if (found == announced_.end()) {
    if (announced_.size() >= kAnnouncedMax || message.vectors == 0) {
      return false;
    }
    Announced fresh;
    fresh.lease = message.lease;
    fresh.vectors = message.vectors;
    fresh.since = now;
    fresh.by[mpc::number(node) - 1] = true;
    announced_.emplace(message.batch, fresh);
    return false;
  }
  Announced& known = found->second;
  if (known.lease != message.lease || known.vectors != message.vectors) {
    return false;
  }
  known.by[mpc::number(node) - 1] = true;
  return promote();
}

bool LeaseHolder::promote() {
  if (!lease_) {
    return false;
  }
  bool promoted = false;
  for (auto it = announced_.begin(); it != announced_.end();) {
    const Announced& known = it->second;
    if (known.lease == *lease_ && known.by[0] && known.by[1] && known.by[2]) {
      Batch batch;
      batch.id = it->first;
      batch.size = known.vectors;
      batches_.push_back(batch);
      promoted = true;
      it = announced_.erase(it);
    } else {
      ++it;
    }
  }
  most_stock_ = std::max(most_stock_, stock());
  return promoted;
}

Result<SessionPlan> LeaseHolder::plan(std::uint32_t vectors) {
  if (vectors > kLargestRequest) {
    return Error(Errc::unsupported, "plan a session: more vectors than any batch has");
  }
  if (!lease_) {
    return Error(Errc::closed, "plan a session: there is no lease with the nodes now");
  }
  const auto found = std::find_if(batches_.begin(), batches_.end(), [&](const Batch& batch) {
    return batch.size - batch.next >= vectors;
  });
  if (found == batches_.end()) {
    return Error(Errc::exhausted, "plan a session: too few vectors in stock");
  }
  TERCET_TRY(SessionPlan plan, plan_without_vectors());
  plan.vectors.batch = found->id;
  plan.vectors.first = found->next;
  found->next += vectors;
  const std::ptrdiff_t passed_over = found - batches_.begin();
  retire_if_spent(found);
  if (passed_over > kPassedOverMax) {
    const auto least = std::min_element(
        batches_.begin(), batches_.begin() + passed_over, [](const Batch& a, const Batch& b) {
          return a.size - a.next < b.size - b.next;
        });
    retire(least);
  }
  return plan;
}

Result<SessionPlan> LeaseHolder::plan_without_vectors() {
  if (!lease_) {
    return Error(Errc::closed, "plan a session: there is no lease with the nodes now");
  }
  SessionPlan plan;
  plan.lease = *lease_;
  plan.counter = SessionCounter(next_counter_++);
  return plan;
}

void LeaseHolder::follow(const SessionPlan& plan,
                         std::uint64_t session_mark,
                         std::uint32_t vector_mark) {
  if (lease_ != plan.lease) {
    return;
  }
  next_counter_ = std::max(next_counter_, session_mark);
  const auto found = std::find_if(batches_.begin(), batches_.end(), [&](const Batch& batch) {
    return batch.id == plan.vectors.batch;
  });
  if (found != batches_.end()) {
    found->next = std::max(found->next, std::min(vector_mark, found->size));
    retire_if_spent(found);
  }
}

void LeaseHolder::retire_if_spent(std::deque<Batch>::iterator batch) {
  if (batch->size - batch->next < kSmallestRequest) {
    retire(batch);
  }
}

void LeaseHolder::retire(std::deque<Batch>::iterator batch) {
  spent_.push_back(batch->id);
  batches_.erase(batch);
}

std::vector<BatchId> LeaseHolder::take_spent(SteadyTime now) {
  const auto is_given_up = [&](const auto& entry) {
    return entry.second.lease == lease_ && now - entry.second.since > kAnnouncedAge;
  };
  for (const auto& entry : announced_) {
    if (is_given_up(entry)) {
      spent_.push_back(entry.first);
    }
  }
  std::erase_if(announced_, is_given_up);
  return std::exchange(spent_, {});
}

std::uint64_t LeaseHolder::stock() const {
  std::uint64_t sum = 0;
  for (const Batch& batch : batches_) {
    sum += batch.size - batch.next;
  }
  return sum;
}

}  // namespace tercet::proxy
