#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/random/random.h"
#include "mpc/party.h"
#include "node/generation/lease.h"

namespace tercet::node {

/// Everything of this node that is used once and ends with the process: the leases with their
/// marks, batches, slots and remembered keystream. Named by 16 random bytes; a restart, a rollback
/// found by a peer, or a refresh replaces the object whole (protocol.md 2 "Generation").
/// Pair secrets live in the links (node/link); when one of them goes, `end_leases` goes with it.
/// Threads: the service's executor only.
class Generation {
 public:
  explicit Generation(RandomSource& random);
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  const GenerationId& id() const { return id_; }

  /// How many sessions this generation has begun; told in every heartbeat and never lower again.
  std::uint64_t session_count() const { return session_count_; }

  void count_session() { ++session_count_; }

  Lease& add_lease(std::unique_ptr<Lease> lease);
  /// The lease, or null.
  Lease* find_lease(const LeaseId& id);
  void end_lease(const LeaseId& id);
  /// All of them, with everything they own.
  void end_leases();

  const std::map<LeaseId, std::unique_ptr<Lease>>& leases() const { return leases_; }

 private:
  GenerationId id_;
  std::uint64_t session_count_ = 0;
  std::map<LeaseId, std::unique_ptr<Lease>> leases_;
};

}  // namespace tercet::node
