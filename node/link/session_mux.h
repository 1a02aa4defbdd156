#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include <boost/asio/any_io_executor.hpp>

#include "core/async/event.h"
#include "core/net/frame_link.h"
#include "core/time/clock.h"
#include "mpc/channel/party_channel.h"
#include "node/link/peer_frames.h"

namespace tercet::node {

class SessionMux;

/// One session's channel over the links to both peers. Frames of a peer are delivered strictly in
/// the order they were sent; the head must be the step that the protocol waits for.
/// When destroyed without `finish()`, both peers get ABORT.
/// Threads: the mux's executor.
class MuxChannel final : public mpc::PartyChannel {
 public:
  MuxChannel(SessionMux& mux,
             const SessionId& sid,
             std::optional<LeaseStep> lease_step,
             Deadline until);
  ~MuxChannel() override;
  MuxChannel(const MuxChannel&) = delete;
  MuxChannel& operator=(const MuxChannel&) = delete;

  mpc::PartyIndex self() const override;
  void send(mpc::PartyIndex to, mpc::Step step, Bytes payload) override;
  Task<Result<Bytes>> receive(mpc::PartyIndex from, mpc::Step step) override;

  const SessionId& sid() const { return sid_; }

  const std::optional<LeaseStep>& lease_step() const { return lease_step_; }

  /// The protocol ended well here: no ABORT when the channel goes.
  void finish() { finished_ = true; }

  /// Sends ABORT with a reason of this node's own, or `peer_aborted` after a peer's; once.
  void abort(Errc reason);
  /// Ends every wait with this error, now and later; the first failure stays.
  void fail(Error error);

  const std::optional<Error>& failure() const { return failure_; }

 private:
  friend class SessionMux;

  using Inbox = std::deque<std::pair<mpc::Step, Bytes>>;

  void deliver(mpc::PartyIndex from, SessionFrame frame);

  SessionMux& mux_;
  SessionId sid_;
  std::optional<LeaseStep> lease_step_;
  Deadline until_;
  Event wake_;
  std::array<Inbox, 4> inboxes_;  ///< by party number
  std::optional<Error> failure_;
  bool finished_ = false;
  bool aborted_ = false;
};

/// Routes session frames of the two peer links to the channels, by sid. Frames that arrive before
/// their session wait, bounded in time and bytes per peer and lease (protocol.md 2). A frame whose
/// (lease, counter) belongs to a session with another sid fails that session at once.
/// Threads: one executor. Lifetime: outlives its channels.
class SessionMux {
 public:
  /// Of one peer, all sessions together; a peer is at most a round or two ahead in each.
  static constexpr std::size_t kInboxBytesMax = 64U << 20U;
  static constexpr std::size_t kEarlyBytesMax = 1U << 20U;  ///< of one peer and lease
  static constexpr std::size_t kEarlyLeasesMax = 64;        ///< of one peer
  static constexpr Milliseconds kEarlyAge{250};

  SessionMux(asio::any_io_executor executor, mpc::PartyIndex self);

  mpc::PartyIndex self() const { return self_; }

  const asio::any_io_executor& executor() const { return executor_; }

  /// The link to use for `peer` from now on, or null: then sessions that wait fail (link_closed).
  /// Not owned.
  void set_link(mpc::PartyIndex peer, FrameLink* link);
  FrameLink* link(mpc::PartyIndex peer) const;

  /// Errors: session_mismatch (a peer is already known to work on another sid for this step),
  /// peer_aborted, already_exists.
  Result<std::unique_ptr<MuxChannel>> open(const SessionId& sid,
                                           std::optional<LeaseStep> lease_step,
                                           Deadline until);
  /// A frame from a peer; an error means that the link broke the rules and must be closed.
  Status on_session_frame(mpc::PartyIndex from, ByteView body);
  Status on_abort_frame(mpc::PartyIndex from, ByteView body);
  /// Tells both peers that this node takes no part in a session it refused.
  void send_abort(const SessionId& sid, const std::optional<LeaseStep>& step, Errc reason);
  /// Drops early frames that waited too long; called with every heartbeat and before each hold.
  void drop_stale(SteadyTime now);

  std::size_t open_count() const { return channels_.size(); }

  /// Sees every ABORT a peer sent for an open session, and every mismatch; for audit.
  std::function<void(mpc::PartyIndex, const SessionId&, Errc)> on_event;

 private:
  friend class MuxChannel;

  struct EarlyFrame {
    mpc::PartyIndex from{};
    SteadyTime arrived{};
    std::optional<SessionFrame> frame;
    std::optional<AbortFrame> abort;
    std::size_t bytes = 0;
  };

  using EarlyKey = std::pair<std::uint8_t, LeaseId>;  ///< peer, lease (zero without one)

  Status hold(EarlyFrame early, const LeaseId& lease);
  /// Leases of which frames of this peer wait.
  std::size_t early_leases(mpc::PartyIndex from) const;
  void forget(MuxChannel& channel);
  void fail_all(Error error);

  asio::any_io_executor executor_;
  const Clock& monotonic_;
  mpc::PartyIndex self_;
  std::array<FrameLink*, 4> links_{};
  std::unordered_map<SessionId, MuxChannel*> channels_;
  std::map<LeaseStep, MuxChannel*> by_step_;
  std::map<EarlyKey, std::deque<EarlyFrame>> early_;
  std::map<EarlyKey, std::size_t> early_bytes_;
  std::array<std::size_t, 4> inbox_bytes_{};  ///< by party number
};

}  // namespace tercet::node
