#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/channel/party_channel.h"
#include "node/link/trio.h"
#include "node/session/session_kind.h"

/// What nodes say to each other beneath the protocols once a link is set up (hello.h): heartbeats,
/// the frames that carry sessions (protocol.md 2). Fixed big-endian layouts, as on the proxy links.
namespace tercet::node {

enum class PeerFrame : std::uint8_t {
  hello = 0x40,
  confirm = 0x41,
  heartbeat = 0x42,
  pair_name = 0x43,        ///< to the third node: the name of a pair's new secret
  generation_over = 0x44,  ///< the receiver's generation was seen to have ended: start a new one
  commands_wanted = 0x45,  ///< answered by as many `command`
  command = 0x46,
  decision = 0x48,      ///< what a node says of a joint decision
  digest_roots = 0x49,  ///< digest_frames.h
  digest_question = 0x4a,
  digest_answer = 0x4b,
  propose = 0x50,
  session = 0x51,
  abort = 0x52,
  bulk_hello = 0x53,
};

using Challenge = std::array<std::uint8_t, 16>;

/// The versions of what nodes say to each other that this release speaks. HELLO names both, and the
/// two sides use the highest that they have in common.
inline constexpr std::uint16_t kPeerVersionLowest = 3;
inline constexpr std::uint16_t kPeerVersionHighest = 3;

struct Heartbeat {
  Heartbeat() = default;
  std::uint64_t session_count = 0;
  Challenge echo{};
  Challenge challenge{};
  std::uint32_t held_us = 0;   ///< since the echoed challenge came
  std::vector<SessionId> ran;  ///< sids of proxy sessions begun since the last heartbeat
  Bytes encode() const;
  static Result<Heartbeat> decode(ByteView from);
};

inline constexpr std::size_t kRanPerHeartbeatMax = 1024;

struct PairNameNews {
  PairNameNews() = default;
  std::uint8_t lower = 0;  ///< the pair's lower and higher number
  std::uint8_t higher = 0;
  GenerationId lower_generation;
  GenerationId higher_generation;
  PairName name;
  Bytes encode() const;
  static Result<PairNameNews> decode(ByteView from);
};

/// Vectors a proposal takes from the nodes' own lease.
struct ProposedVectors {
  LeaseId lease;
  BatchId batch;
  std::uint32_t first = 0;
  std::uint32_t count = 0;  ///< 0: none, the rest is zero
};

/// Opens a session under agreement. The hash of the whole encoding names the agreement.
struct Proposal {
  Proposal() = default;
  SessionKind kind = SessionKind::lease;
  std::uint8_t set = 0;
  std::string opener;  ///< "node-1" or the proxy's certificate name
  std::array<std::uint8_t, 32> nonce{};
  bool with_contributions = false;
  ProposedVectors vectors;
  std::uint32_t lifetime_ms = 0;
  Bytes plan;
  Bytes encode() const;
  static Result<Proposal> decode(ByteView from);
};

inline constexpr std::size_t kPlanBytesMax = 64 * 1024;

/// Which session of a proxy's lease a frame belongs to, so that a different sid shows at once.
struct LeaseStep {
  LeaseStep() = default;

  LeaseStep(const LeaseId& in_lease, std::uint64_t at) : lease(in_lease), counter(at) {}

  LeaseId lease;
  std::uint64_t counter = 0;
  auto operator<=>(const LeaseStep&) const = default;
};

struct SessionFrame {
  SessionFrame() = default;
  SessionId sid;
  std::optional<LeaseStep> lease_step;
  mpc::Step step{};
  Bytes payload;
  Bytes encode() const;
  static Result<SessionFrame> decode(ByteView from);
};

struct AbortFrame {
  AbortFrame() = default;
  SessionId sid;  ///< zero if the sender had none yet
  std::optional<LeaseStep> lease_step;
  Errc reason = Errc::internal;
  Bytes encode() const;
  static Result<AbortFrame> decode(ByteView from);
};

/// Ids of commands that the sender lacks, or has without receipts that the receiver has.
struct CommandIds {
  CommandIds() = default;
  std::vector<CommandId> ids;
  Bytes encode() const;
  static Result<CommandIds> decode(ByteView from);
};

inline constexpr std::size_t kCommandsWantedMax = 64;

}  // namespace tercet::node
