#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/async/event.h"
#include "core/async/task.h"
#include "core/async/task_group.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/random/random.h"
#include "core/time/clock.h"
#include "mpc/wire/proxy_messages.h"
#include "proxy/coordinator/bad_signatures.h"
#include "proxy/coordinator/fleet.h"
#include "proxy/coordinator/key_service.h"
#include "proxy/coordinator/lease_holder.h"
#include "proxy/coordinator/node_set.h"
#include "proxy/coordinator/remembered_sessions.h"
#include "proxy/coordinator/signature_question.h"
#include "proxy/coordinator/slot_planner.h"
#include "proxy/coordinator/slot_store.h"

namespace tercet::proxy {

/// What a Coordinator is told once.
class CoordinatorOptions {
 public:
  CoordinatorOptions() = default;
  std::size_t remembered_max = 0;  ///< ciphertexts that nodes remember (cluster file)
  bool xks_access_stated = false;  ///< for the nodes' status (protocol.md 9)
};

/// Counts since the start, for metrics.
struct CoordinatorFigures {
  std::uint64_t leases_opened = 0;
  std::uint64_t leases_failed = 0;
  std::uint64_t signatures_refused = 0;
  std::uint64_t nodes_disagreed = 0;    ///< answered 500: no two nodes said the same
  std::uint64_t releases_tampered = 0;  ///< seals that do not open, copies that differ
  std::uint64_t self_check_failed = 0;  ///< C ^ ks' != P and the like, at this machine
  std::uint64_t plans_refused = 0;      ///< below a node's mark
  std::uint64_t encrypts_prepared = 0;  ///< over a slot made ahead: 2 hops
  std::uint64_t encrypts_on_the_spot = 0;
  std::uint64_t decrypts_remembered = 0;  ///< with remembered keystream: 2 hops
  std::uint64_t decrypts_cold = 0;
};

/// Drives the three nodes: keeps a lease, lays out plans, sends requests with KMS's signature to
/// all three, and answers only what it has compared (protocol.md 8 to 10). Holds no share and no
/// SigV4 secret. An error is answered when two nodes name it; otherwise internal; at the deadline
/// timeout.
///
/// Operations may be cancelled (client gone) at any wait: the nodes are told, and a slot that was
/// sent is spent whatever comes back.
/// Threads: one executor. Lifetime: operations and `keep_lease` end before it.
class Coordinator : public KeyService, public Fleet, private NodeObserver {
 public:
  Coordinator(asio::any_io_executor executor,
              RandomSource& random,
              const CoordinatorOptions& options);
  ~Coordinator() override = default;

  NodeSet& nodes() { return nodes_; }

  /// Opens a lease whenever three nodes are linked and there is none; ends after `stop`.
  Task<void> keep_lease();
  /// Makes slots ahead of need for the keys in use, while there is stock to spare; ends after
  /// `stop`.
  Task<void> keep_slots();
  void stop();

  bool has_lease() const { return lease_.has_lease(); }

  /// Vectors in stock that all three nodes announced.
  std::uint64_t stock() const { return lease_.stock(); }

  /// Slots made ahead of need that this proxy holds, of all keys.
  std::size_t slots_ready() const { return slots_.total(); }

  Task<Authenticity> authenticate(AuthenticateJob job, Deadline until) override;
  Task<Result<Encrypted>> encrypt(EncryptJob job, Deadline until) override;
  Task<Result<Bytes>> decrypt(DecryptJob job, Deadline until) override;
  void expect_encrypts(const KeyId& key, const std::string& store) override;

  NodeView view(mpc::PartyIndex node) const override;

  const CoordinatorFigures& figures() const { return figures_; }

 private:
  void link_up(mpc::PartyIndex node) override;
  void link_down(mpc::PartyIndex node) override;
  void lease_ended(mpc::PartyIndex node, const mpc::wire::LeaseEnded& message) override;
  void batch_ready(mpc::PartyIndex node, const mpc::wire::BatchReady& message) override;
  void node_status(mpc::PartyIndex node, const mpc::wire::NodeStatus& message) override;

  Task<Status> open_lease();
  void end_lease(const LeaseId& lease);
  void end_lease_of_absent_node();
  void end_lease_without_supply();

  /// The next session's plan; `vectors` 0: needs none. Every plan made before has been sent, or
  /// never will be, so the nodes are told first which batches are used up. Errors: LeaseHolder's.
  Result<SessionPlan> next_plan(std::uint32_t vectors);

  /// Whether the nodes are asked about the signature before anything prepared is planned for it:
  /// a slot, or vectors, whose numbers are spent here even if the nodes refuse.
  bool must_ask_first(const mpc::wire::ProxiedRequest& request);

  /// Books what a failed exchange teaches: marks, an ended lease, a bad signature.
  void learn(const Exchange& exchange, const SessionPlan& plan, Errc code);
  void count(Errc code);

  /// 0: what the nodes find.
  KeyVersion asked_version(const KeyId& key) const;
  /// After a slots session failed: true if the nodes told of another version to ask for.
  bool learn_version(const Exchange& exchange, const KeyId& key, KeyVersion asked);
  Task<Result<std::vector<ReadySlot>>> make_slots(const KeyId& key,
                                                  const std::string& store,
                                                  std::uint16_t count,
                                                  std::uint16_t blocks,
                                                  Deadline until);
  static AuthenticateJob question_for(const EncryptJob& job);
  std::optional<SlotPlanner::Order> next_slots();
  Task<void> fill_slots(SlotPlanner::Order order);
  std::optional<ReadySlot> prepared_slot(const EncryptJob& job);
  Task<Result<ReadySlot>> slot_on_the_spot(const EncryptJob& job, Deadline until);
  /// What to answer where no slot was made while the nodes were asked about the signature.
  Task<Error> no_slot(const EncryptJob& job,
                      SignatureQuestion& question,
                      Error why,
                      Deadline until);
  /// Two nodes know the signature of this Encrypt: slots for more like it are worth making.
  void expect_more_like(const EncryptJob& job);
  Task<Result<Encrypted>> spend(const EncryptJob& job, ReadySlot slot, Deadline until);

  asio::any_io_executor executor_;
  const Clock& monotonic_;
  RandomSource& random_;
  CoordinatorOptions options_;
  NodeSet nodes_;
  LeaseHolder lease_;
  SlotStore slots_;
  SlotPlanner slot_planner_;
  /// Of keys that are rotated, or were: with which version to encrypt.
  std::map<KeyId, KeyVersion> versions_;
  RememberedSessions remembered_;
  BadSignatures bad_signatures_;
  std::array<NodeView, 3> views_;
  std::array<std::optional<SteadyTime>, 3> down_since_;
  /// Since when a plan found too few vectors and no batch was announced.
  std::optional<SteadyTime> short_since_;
  CoordinatorFigures figures_;
  Event lease_wanted_;
  Event slots_wanted_;
  TaskGroup filling_;
  bool stopping_ = false;
};

}  // namespace tercet::proxy
