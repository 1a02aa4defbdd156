#pragma once

#include <cstdint>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "mpc/party.h"

namespace tercet::mpc {

/// What a message is for. The channel compares it on receipt (rule P1), protocols need not.
enum class Label : std::uint8_t {
  nonce = 1,           ///< agreement: hash of the proposal, fresh nonce, secret contribution
  sid = 2,             ///< agreement: the session id this node computed
  barrier = 3,         ///< bare message
  coin = 4,            ///< opening of a coin
  opening = 5,         ///< opening of masked values
  sealed_opening = 6,  ///< the same under consent seals
  product = 7,         ///< one element per multiplication
  zero_check = 8,      ///< digest of the zero and copy checks
  commitment = 9,      ///< cross-commitments, digests of components
  held = 10,           ///< signed HELD
  key_check = 11,
};

/// Names one message within a session: each (label, round) is sent once to each peer.
struct Step {
  Label label;
  std::uint32_t round;
  bool operator==(const Step&) const = default;
};

/// One session's ordered view of the links to the two peers. Bound to a session id: the
/// implementation puts the sid on every frame and delivers only frames that carry it.
/// `send` first, in the order next peer, previous peer; then `receive`.
/// Errors of receive: peer_timeout (the session's deadline), link_closed, peer_aborted,
/// session_mismatch, peer_malformed (another step than expected: a protocol violation).
/// Threads: one executor. Lifetime: outlives every task of the session.
class PartyChannel {
 public:
  virtual ~PartyChannel() = default;
  virtual PartyIndex self() const = 0;
  /// Queues; never waits. A closed link shows at the next receive.
  virtual void send(PartyIndex to, Step step, Bytes payload) = 0;
  /// Waits for the message of `from` for `step`.
  virtual Task<Result<Bytes>> receive(PartyIndex from, Step step) = 0;
};

}  // namespace tercet::mpc
