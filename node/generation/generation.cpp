#include "node/generation/generation.h"

#include <utility>

namespace tercet::node {

Generation::Generation(RandomSource& random) : id_(random.array<GenerationId::kBytes>()) {}

Lease& Generation::add_lease(std::unique_ptr<Lease> lease) {
  const LeaseId id = lease->id();
  const auto [entry, added] = leases_.emplace(id, std::move(lease));
  TERCET_CHECK(added);  // a sid is never run twice
  return *entry->second;
}

Lease* Generation::find_lease(const LeaseId& id) {
  const auto found = leases_.find(id);
  return found == leases_.end() ? nullptr : found->second.get();
}

void Generation::end_lease(const LeaseId& id) {
  leases_.erase(id);
}

void Generation::end_leases() {
  leases_.clear();
}

}  // namespace tercet::node
