#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "core/async/task_group.h"
#include "core/async/turn_queue.h"
#include "core/log/line_caps.h"
#include "core/log/log.h"
#include "core/net/frame_link.h"
#include "core/random/random.h"
#include "mpc/engine/joint_engine.h"
#include "mpc/onehot/stock.h"
#include "node/link/session_mux.h"
#include "node/link/trio.h"
#include "node/session/agreement.h"

namespace tercet::node {

/// Makes batches of one-hot vectors for leases, with the peers, over bulk links of its own and, in
/// the daemon, on a thread of its own, so that it never delays a request (protocol.md 4). P1
/// proposes what the service orders; the others join for leases they know.
///
/// Threads: everything but the functions marked "any thread" runs on the bulk executor. The service
/// speaks to it by those, and gets batches through `Options::made`, called on the bulk executor.
class BatchWorks : public std::enable_shared_from_this<BatchWorks> {
 public:
  class Options {
   public:
    Options() = default;
    mpc::PartyIndex self = mpc::PartyIndex::p1;
    ClusterId cluster;
    std::uint32_t vectors_min = 1U << 16U;
    std::uint32_t vectors_max = 1U << 17U;
    Milliseconds agreement_limit{5000};
    Milliseconds batch_limit{60000};
    const mpc::JointEngine* engine = nullptr;
    RandomSource* random = nullptr;
    Logger log;
    /// A verified batch for the lease; all three nodes have it, or will at once.
    std::function<void(LeaseId, mpc::OneHotBatch)> made;
    /// An order ended, well or not, after so long; P1 only.
    std::function<void(LeaseId, Status, Milliseconds took)> order_ended;
  };

  /// Orders that run side by side; across far sites a batch mostly waits.
  static constexpr unsigned kAtOnceMax = 6;

  BatchWorks(asio::any_io_executor executor, Options options);

  const asio::any_io_executor& executor() const { return executor_; }

  /// Any thread: which secrets are in force; none closes links and sessions that named others.
  void set_trust(std::optional<Trio> trio, mpc::PairSecrets secrets);
  /// Any thread: batches may be made for the lease from now on.
  void open_lease(const LeaseId& lease);
  /// Any thread.
  void end_lease(const LeaseId& lease);
  /// Any thread, P1: make a batch for the lease, beside or after those ordered before.
  void order(const LeaseId& lease, std::uint32_t vectors);
  /// Any thread: wipes and frees batches that are used up.
  void let_go(std::vector<mpc::OneHotBatch> batches);
  /// Any thread: closes all links and ends all work; `drained` becomes ready when all is gone.
  void stop();

  /// Runs one connected bulk link until it closes. On the bulk executor.
  Task<void> run_link(mpc::PartyIndex peer, std::shared_ptr<FrameLink> link);

  /// Any thread: both bulk links are up.
  bool links_up() const { return links_up_.load(std::memory_order_relaxed) == 2; }

  /// Of the lines of its log that were left out. Any thread.
  void tell_left_out();

  TaskGroup& tasks() { return tasks_; }

 private:
  Task<Status> greet(mpc::PartyIndex peer, FrameLink& link);
  Status dispatch(mpc::PartyIndex from, Frame frame);
  void on_proposal(mpc::PartyIndex from, ByteView raw);
  Task<void> run_orders();
  Task<Status> run_order(LeaseId lease, std::uint32_t vectors);
  Task<Status> make(Proposal proposal, LeaseId lease, std::uint32_t vectors);
  Task<void> join(Proposal proposal, LeaseId lease, std::uint32_t vectors);
  /// Until the lease is known here: P1 may be ahead by a message. Errors: timeout, closed.
  Task<Status> wait_for_lease(LeaseId lease);
  /// Until fewer batches are made here than may be at once; then one more is. Errors: timeout,
  /// closed.
  Task<Status> wait_for_turn(Deadline until);
  void refuse(const Proposal& proposal, Errc reason);
  void close_links();
  void set_link(mpc::PartyIndex peer, std::shared_ptr<FrameLink> link);

  asio::any_io_executor executor_;
  const Clock& monotonic_;
  Options options_;
  CappedLog capped_;  ///< what a peer can cause
  SessionMux mux_;
  AgreementRunner runner_;
  TaskGroup tasks_;
  TurnQueue leases_opened_;
  TurnQueue turns_;
  std::optional<Trio> trio_;
  mpc::PairSecrets secrets_;
  std::array<std::shared_ptr<FrameLink>, 4> links_;
  std::set<LeaseId> leases_;
  std::deque<std::pair<LeaseId, std::uint32_t>> orders_;
  unsigned ordering_ = 0;  ///< run_orders() under way
  unsigned joined_ = 0;
  unsigned making_ = 0;
  bool stopping_ = false;
  std::atomic<unsigned> links_up_{0};
};

}  // namespace tercet::node
