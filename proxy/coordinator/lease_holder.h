#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "mpc/party.h"
#include "mpc/wire/proxy_messages.h"

namespace tercet::proxy {

/// Where one session stands in a lease: what the proxy's plan consists of (protocol.md 2).
struct SessionPlan {
  LeaseId lease;
  SessionCounter counter;
  mpc::wire::VectorStart vectors;  ///< unset if the session needs none
};

/// The proxy's lease with the three nodes: session counter, batches that all three announced, and
/// where in them the next plan starts. Every number is handed out once; a plan that is not used is
/// a waste, never a danger (each node has its own marks).
/// Pure data: no waiting, no sending. Threads: one executor.
class LeaseHolder {
 public:
  /// The nodes end with a batch within a round trip of each other.
  static constexpr Milliseconds kAnnouncedAge{10000};

  /// A lease that all three nodes opened under the same sid.
  void opened(const LeaseId& lease);
  /// Forgets the lease and its batches, if it is this one.
  void ended(const LeaseId& lease);

  bool has_lease() const { return lease_.has_value(); }

  const std::optional<LeaseId>& lease() const { return lease_; }

  /// A node announces a batch; may come before `opened`. Announcements that differ in size are not
  /// the same batch. True if all three have it now.
  bool batch_ready(mpc::PartyIndex node, const mpc::wire::BatchReady& message, SteadyTime now);

  /// The next session with `vectors` of one batch. Errors: closed (no lease now), exhausted (no
  /// batch has so many left), unsupported (no batch ever has).
  Result<SessionPlan> plan(std::uint32_t vectors);
  /// The next session without vectors. Errors: closed.
  Result<SessionPlan> plan_without_vectors();

  /// Moves our own marks up to what a refusal carried.
  void follow(const SessionPlan& plan, std::uint64_t session_mark, std::uint32_t vector_mark);

  /// Batches in which nothing more will be planned, of the present lease; for the nodes to drop
  /// once all that was planned in them has been sent. Empties the list. Among them are those that
  /// some node lacks kAnnouncedAge after another announced them: it failed at the end of making
  /// them, and where they lie they count as stock and keep new ones from being made.
  std::vector<BatchId> take_spent(SteadyTime now);

  /// Vectors in batches that all three have.
  std::uint64_t stock() const;

  /// The most that this lease ever had at a time.
  std::uint64_t most_stock() const { return most_stock_; }

 private:
  struct Announced {
    LeaseId lease;
    std::uint32_t vectors = 0;
    SteadyTime since{};
    std::array<bool, 3> by{};
  };

  struct Batch {
    BatchId id;
    std::uint32_t next = 0;
    std::uint32_t size = 0;
  };

  bool promote();
  void retire_if_spent(std::deque<Batch>::iterator batch);
  void retire(std::deque<Batch>::iterator batch);

  std::optional<LeaseId> lease_;
  std::uint64_t next_counter_ = 1;
  std::map<BatchId, Announced> announced_;
  std::deque<Batch> batches_;
  std::vector<BatchId> spent_;
  std::uint64_t most_stock_ = 0;
};

}  // namespace tercet::proxy
