#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/async/task.h"
#include "core/log/line_caps.h"
#include "core/net/frame_link.h"
#include "core/random/random.h"
#include "core/time/clock.h"
#include "mpc/party.h"
#include "node/link/link_digests.h"
#include "node/link/link_setup.h"
#include "node/link/round_trip.h"
#include "node/link/session_mux.h"
#include "node/link/trio.h"
#include "node/model/held_counts.h"
#include "node/policy/holding_exchange.h"
#include "node/policy/key_directory.h"

namespace tercet {
class Logger;
}

namespace tercet::node {

/// The node's request links to its two peers: set-up, heartbeats, the pair secrets and their names,
/// what is exchanged on meeting (commands, decisions, key digests), and the multiplexer on top.
///
/// Source: protocol.md 2 "Link set-up", 11 "When"; rules P3, Q5; attack 6.
/// Secret: the pair secrets it holds.
/// Threads: one executor. Lifetime: outlives the tasks that run its links.
class PeerHub {
 public:
  static constexpr Milliseconds kHeartbeat{100};
  /// A link without a heartbeat for this long is closed, to be dialled anew.
  static constexpr Milliseconds kSilence{3000};
  static constexpr Milliseconds kSetupLimit{5000};
  /// Digests are compared so often while links stand.
  static constexpr Milliseconds kCompareAgain{60'000};
  /// Sooner if this node holds more than it said.
  static constexpr Milliseconds kTellGrowth = kGrowthToldEvery;

  /// What the hub tells its owner. All are set before the first link.
  class Events {
   public:
    Events() = default;
    /// A pair secret or a peer's generation is gone or new: everything used once that named the
    /// old one must be dropped now.
    std::function<void()> trust_changed;
    /// A peer saw this node's own generation end (rollback): begin a new one.
    std::function<void()> own_generation_over;
    std::function<void(mpc::PartyIndex, Bytes)> proposal;
    std::function<void(mpc::PartyIndex, bool up)> link_changed;
    /// Commands or news of decisions that a peer passed on were taken.
    std::function<void()> caught_up;
    /// A peer holds another component of this key than this node: refuse the key.
    std::function<void(const KeyId&, mpc::PartyIndex)> key_differs;
    /// A peer has settled a version of this key that this node does not know, and no decision is
    /// open here that could explain it: this node's directory is an old one, or the peer lies.
    std::function<void(const KeyId&, mpc::PartyIndex)> key_missing;
    /// A session that a peer ran and this node did not, after a second (protocol.md 2).
    std::function<void(mpc::PartyIndex, const SessionId&)> session_unknown;
  };

  class Options {
   public:
    Options() = default;
    mpc::PartyIndex self = mpc::PartyIndex::p1;
    ClusterId cluster;
    Membership membership;
    const SigningKey* signing_key = nullptr;
    KeyDirectory* keys = nullptr;
    CommandExchange* commands = nullptr;    ///< may be null
    DecisionExchange* decisions = nullptr;  ///< may be null
    HoldingExchange* holdings = nullptr;    ///< may be null
    RandomSource* random = nullptr;
    Logger* log = nullptr;
  };

  PeerHub(asio::any_io_executor executor, const Options& options, Events events);

  SessionMux& mux() { return mux_; }

  /// Runs one connected link until it closes: set-up, exchange, then frames. A new link to a peer
  /// replaces the old one.
  Task<void> run_link(mpc::PartyIndex peer, std::shared_ptr<FrameLink> link);

  /// The generation this node speaks for; on change all links are closed, to be set up anew.
  void set_generation(const GenerationId& generation);

  /// How many sessions the generation has begun, for HELLO and heartbeats.
  void set_session_count(std::uint64_t count) { session_count_ = count; }

  /// A proxy's session ran here: told to the peers with the next heartbeat.
  void note_ran(const SessionId& sid);
  /// Sends heartbeats and closes silent links; call every `kHeartbeat`.
  void beat();
  void close_links();

  /// Complete when both links are up, both secrets made, and both peers state the same name for
  /// theirs.
  std::optional<Trio> trio() const;
  /// False once a generation or secret that `trio` names is gone, as far as this node knows; a link
  /// that is merely down changes nothing.
  bool stands(const Trio& trio) const;
  bool link_up(mpc::PartyIndex peer) const;

  /// As its heartbeats measure it; nothing while its link is down, or before the first.
  std::optional<std::chrono::microseconds> round_trip(mpc::PartyIndex peer) const {
    return link_up(peer) ? peer_of(peer).round_trip.value() : std::nullopt;
  }

  std::shared_ptr<const mpc::PairSecret> secret_with(mpc::PartyIndex peer) const;
  const std::optional<GenerationId>& generation_of(mpc::PartyIndex peer) const;
  /// Sends a frame to both peers.
  void send_both(PeerFrame type, const Bytes& body);
  /// Tells both peers a command that this node just accepted.
  void pass_on_command(ByteView document);
  /// What is said of a joint decision; lost where the link is down.
  void tell_decision(mpc::PartyIndex peer, Bytes said);
  /// Compares commands, settled keys and components with both peers, as when their links came up.
  void compare_digests();

 private:
  class Peer {
   public:
    explicit Peer(mpc::PartyIndex peer) : record(peer) {}

    PeerRecord record;
    std::shared_ptr<FrameLink> link;  ///< set up; null while down
    SteadyTime last_heard{};
    RoundTrip round_trip;                  ///< of this link
    std::optional<PairNameNews> news;      ///< the name of its secret with the third node
    std::unique_ptr<LinkDigests> digests;  ///< while the link stands
    std::vector<SessionId> to_tell;
    std::deque<std::pair<SteadyTime, SessionId>> told;  ///< sids that the peer says it ran
  };

  Peer& peer_of(mpc::PartyIndex party);
  const Peer& peer_of(mpc::PartyIndex party) const;
  Task<Status> read_frames(mpc::PartyIndex peer, FrameLink& link);
  Status dispatch(mpc::PartyIndex from, Frame frame);
  Status on_heartbeat(mpc::PartyIndex from, ByteView body);
  void begin_digests(mpc::PartyIndex peer);
  void tell_digest_roots(mpc::PartyIndex peer);
  bool comparison_due(SteadyTime now) const;
  void compared_with(mpc::PartyIndex peer, const LinkDigests& digests);
  Status on_digests(mpc::PartyIndex from, PeerFrame type, ByteView body);
  Status on_digest_answer(mpc::PartyIndex from, LinkDigests& digests, ByteView body);
  void on_difference(mpc::PartyIndex from, const DigestExchange::Difference& difference);
  Status on_commands_wanted(mpc::PartyIndex from, ByteView body);
  void on_command(mpc::PartyIndex from, ByteView body);
  void on_decision(mpc::PartyIndex from, ByteView body);
  void greet(mpc::PartyIndex peer);
  void tell_name_of(mpc::PartyIndex pair_with, mpc::PartyIndex third);
  void send(mpc::PartyIndex peer, PeerFrame type, Bytes body);
  void judge_told(mpc::PartyIndex from, SteadyTime now);
  /// A generation of the peer is over; if it is the present one, all that it shared is gone.
  void end_generation_of(mpc::PartyIndex peer, const GenerationId& generation);
  void drop_link(mpc::PartyIndex party);

  asio::any_io_executor executor_;
  const Clock& monotonic_;
  Options options_;
  Events events_;
  CappedLog log_;  ///< of what the peers cause
  LinkIdentity identity_;
  SessionMux mux_;
  GenerationId generation_;
  std::uint64_t session_count_ = 0;
  SteadyTime compared_{};          ///< when digests were last told to both
  HeldCounts told_held_;           ///< then
  const DigestIndex no_commands_;  ///< where there is no command log
  std::array<std::unique_ptr<Peer>, 4> peers_;
  std::deque<std::pair<SteadyTime, SessionId>> ran_;
  std::set<SessionId> ran_ids_;
};

}  // namespace tercet::node
