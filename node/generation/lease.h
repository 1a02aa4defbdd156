#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "core/time/rate_cap.h"
#include "mpc/onehot/stock.h"
#include "mpc/party.h"
#include "mpc/prf/pair_secret.h"
#include "node/generation/remembered.h"
#include "node/generation/slot_shelf.h"
#include "node/link/trio.h"

namespace tercet::node {

class LeaseLimits {
 public:
  LeaseLimits() = default;
  double slot_sessions_per_second = 0;
  std::size_t remembered_max = 0;  ///< ciphertexts
};

/// What one proxy, or the nodes themselves, may use with one set of nodes (protocol.md 10): the
/// mark of its session counter, its batches with theirs, its slots, its remembered keystream. Comes
/// out of its opening session only; all of it goes when the lease ends. Threads: the service's
/// executor only.
class Lease {
 public:
  /// `owner`: certificate name of the proxy, or empty for the nodes' own lease.
  Lease(const LeaseId& id,
        std::string owner,
        mpc::ParticipantSet set,
        const Trio& trio,
        mpc::PairSecrets secrets,
        const LeaseLimits& limits)
      : id_(id),
        owner_(std::move(owner)),
        set_(set),
        trio_(trio),
        secrets_(std::move(secrets)),
        slot_sessions_(limits.slot_sessions_per_second, kSlotSessionBurst),
        remembered_(limits.remembered_max) {}

  const LeaseId& id() const { return id_; }

  const std::string& owner() const { return owner_; }

  bool is_own() const { return owner_.empty(); }

  mpc::ParticipantSet set() const { return set_; }

  const Trio& trio() const { return trio_; }

  /// The pair secrets that its sid names.
  const mpc::PairSecrets& secrets() const { return secrets_; }

  /// Below the mark everything is burnt. Errors: already_burnt.
  Status check_counter(SessionCounter counter) const;
  /// Moves the mark behind `counter`, which was checked.
  void burn_counter(SessionCounter counter);

  std::uint64_t session_mark() const { return session_mark_; }

  void add_batch(mpc::OneHotBatch batch);

  bool has_batch(const BatchId& batch) const { return batches_.contains(batch); }

  /// Errors: already_burnt (also: no such batch), out_of_range (beyond its end),
  /// invalid_argument (none asked for).
  Status check_vectors(const BatchId& batch, std::uint32_t first, std::uint32_t count) const;
  /// Burns the range and everything before it. Errors as above.
  Result<mpc::VectorRange> burn_vectors(const BatchId& batch,
                                        std::uint32_t first,
                                        std::uint32_t count);
  /// UINT32_MAX for a batch that is not here: all of it is burnt.
  std::uint32_t vector_mark(const BatchId& batch) const;
  /// Vectors not yet burnt, in all batches.
  std::uint64_t vectors_left() const;
  /// A batch with at least `count` vectors left, the one with the fewest.
  std::optional<std::pair<BatchId, std::uint32_t>> find_vectors(std::uint32_t count) const;

  /// What is left of a batch goes; its owner uses no more of it.
  void drop_batch(const BatchId& batch);
  /// Takes out what was dropped, and batches with fewer vectors left than anything can use. To wipe
  /// one takes a millisecond: let it go where no request waits.
  std::vector<mpc::OneHotBatch> take_spent_batches(std::uint32_t useful_minimum);

  std::size_t batch_count() const { return batches_.size(); }

  SlotShelf& slots() { return slots_; }

  bool has_room_for_slots(std::size_t count) const {
    return slots_.has_room(slots_pending + count);
  }

  bool take_slot_session(SteadyTime now) { return slot_sessions_.take(1, now); }

  RememberedShelf& remembered() { return remembered_; }

  /// Slots of sessions that still run.
  std::size_t slots_pending = 0;
  /// How many batches the owner asked for.
  std::uint32_t batches_wanted = 0;
  /// Since when the owner's link is closed; zero while it is open.
  SteadyTime orphaned_since{};

 private:
  static constexpr double kSlotSessionBurst = 100;

  LeaseId id_;
  std::string owner_;
  mpc::ParticipantSet set_;
  Trio trio_;
  mpc::PairSecrets secrets_;
  RateCap slot_sessions_;
  std::uint64_t session_mark_ = 0;
  std::map<BatchId, mpc::OneHotBatch> batches_;
  std::vector<mpc::OneHotBatch> spent_;
  SlotShelf slots_;
  RememberedShelf remembered_;
};

}  // namespace tercet::node
