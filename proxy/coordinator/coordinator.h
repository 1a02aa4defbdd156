#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/async/event.h"
#include "core/async/task.h"
#include "core/async/task_group.h"
#include "core/async/turn_queue.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/random/random.h"
#include "core/time/clock.h"
#include "mpc/wire/proxy_messages.h"
#include "proxy/coordinator/bad_signatures.h"
#include "proxy/coordinator/encrypt_versions.h"
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
  /// Batches of vectors that the nodes keep for this proxy: a burst of the largest requests, of
  /// which each takes nearly one, lasts so long.
  std::uint32_t batches_wanted = 16;
  Milliseconds link_silence = mpc::wire::kLinkSilence;
  /// What the nodes are told of this proxy; empty: nothing but that it is there.
  std::function<mpc::wire::ProxyStatus()> own_status;
  /// Told of each request that one node alone refuses, for a reason of its own; may be empty.
  std::function<void(const Dissent& dissent)> on_dissent;
};

/// Counts since the start, for metrics.
struct CoordinatorFigures {
  std::uint64_t leases_opened = 0;
  std::uint64_t leases_failed = 0;
  std::uint64_t signatures_refused = 0;
  std::uint64_t nodes_disagreed = 0;    ///< answered 500: no two said the same, nor was one alone
  std::uint64_t refused_by_one = 0;     ///< answered 500: one node alone refused
  std::uint64_t releases_tampered = 0;  ///< seals that do not open, copies that differ
  std::uint64_t self_check_failed = 0;  ///< C ^ ks' != P and the like, at this machine
  std::uint64_t plans_refused = 0;      ///< below a node's mark
  std::uint64_t encrypts_prepared = 0;  ///< over a slot made ahead: 2 hops
  std::uint64_t encrypts_on_the_spot = 0;
  std::uint64_t encrypts_waited = 0;      ///< for a slot, where none can be made in time
  std::uint64_t plans_waited = 0;         ///< for vectors
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
  /// After `stop`: ends what requests left behind and waits for it.
  Task<void> join();

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
  mpc::wire::ProxyStatus own_status() override;

  Task<Status> open_lease();
  void end_lease(const LeaseId& lease);
  void end_lease_of_absent_node();
  void end_lease_without_supply();

  /// The next session's plan; `vectors` 0: needs none. Every plan made before has been sent, or
  /// never will be, so the nodes are told first which batches are used up. Errors: LeaseHolder's.
  Result<SessionPlan> next_plan(std::uint32_t vectors);
  /// The same, and waits for vectors where there are too few; whoever gets a plan sends it before
  /// the next wait. Errors: LeaseHolder's; exhausted: vectors came meanwhile, for others;
  /// timeout: none came, so load is not the reason.
  Task<Result<SessionPlan>> plan_in_time(std::uint32_t vectors, Deadline until);
  Error short_of_vectors(SteadyTime since) const;
  void vectors_came();

  /// Whether the nodes are asked about the signature before anything prepared is planned for it:
  /// a slot, or vectors, whose numbers are spent here even if the nodes refuse.
  bool must_ask_first(const mpc::wire::ProxiedRequest& request);

  /// Books what a failed exchange teaches: marks, an ended lease, a bad signature.
  void learn(const Exchange& exchange, const SessionPlan& plan, Errc code);
  void count(Errc code);

  Task<Result<std::vector<ReadySlot>>> make_slots(const KeyId& key,
                                                  const std::string& store,
                                                  std::uint16_t count,
                                                  std::uint16_t blocks,
                                                  Deadline until);
  static AuthenticateJob question_for(const EncryptJob& job);
  /// Errors of a slots session that are about the key or caller, not about us: the request is then
  /// authenticated before it learns them.
  static bool is_about_the_request(Errc code);

  /// The question about a request's signature, under way beside the work on it.
  class AskedBeside {
   public:
    AskedBeside(NodeSet& nodes, const asio::any_io_executor& executor)
        : question(nodes), settled(executor) {}

    SignatureQuestion question;
    std::optional<Authenticity> answer;
    Event settled;  ///< there is an answer; never for health checks, which have no signature
  };

  std::shared_ptr<AskedBeside> ask_beside(const EncryptJob& job, Deadline until);
  /// Waits for the answer; two nodes know the signature: slots for more like it are worth making.
  Task<void> hear_of(std::shared_ptr<AskedBeside> asked,
                     KeyId key,
                     std::string store,
                     std::size_t blocks,
                     Deadline until);
  /// Encrypts like this one are to be expected.
  void expect(const KeyId& key, const std::string& store, std::size_t blocks);

  std::optional<SlotPlanner::Order> next_slots();
  Task<void> fill_slots(SlotPlanner::Order order);
  std::optional<ReadySlot> prepared_slot(const EncryptJob& job);
  std::optional<ReadySlot> take_slot(const EncryptJob& job);
  /// Where none is ready: on the spot, or, where that cannot end in time, one that is made ahead.
  Task<Result<ReadySlot>> slot_made_now(const EncryptJob& job, Deadline until);
  Task<Result<ReadySlot>> slot_waited_for(const EncryptJob& job,
                                          AskedBeside& asked,
                                          Deadline until);
  /// What to answer where no slot was made while the nodes were asked about the signature.
  Task<Error> no_slot(const EncryptJob& job, AskedBeside& asked, Error why, Deadline until);
  Task<Result<Encrypted>> spend(const EncryptJob& job, ReadySlot slot, Deadline until);

  asio::any_io_executor executor_;
  const Clock& monotonic_;
  RandomSource& random_;
  CoordinatorOptions options_;
  NodeSet nodes_;
  LeaseHolder lease_;
  SlotStore slots_;
  SlotPlanner slot_planner_;
  EncryptVersions versions_;
  RememberedSessions remembered_;
  BadSignatures bad_signatures_;
  std::array<NodeView, 3> views_;
  std::array<std::optional<SteadyTime>, 3> down_since_;
  /// Since when a plan found too few vectors and no batch was announced.
  std::optional<SteadyTime> short_since_;
  /// When a batch was last there at all three.
  std::optional<SteadyTime> supplied_at_;
  CoordinatorFigures figures_;
  TurnQueue vector_turns_;
  TurnQueue slot_turns_;
  Event lease_wanted_;
  Event slots_wanted_;
  TaskGroup background_;
  bool stopping_ = false;
};

}  // namespace tercet::proxy
