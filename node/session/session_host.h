#pragma once

#include <cstdint>
#include <memory>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/secret/secret_bytes.h"
#include "core/time/clock.h"
#include "mpc/party.h"
#include "node/session/session_kind.h"

namespace tercet::mpc {
class Party;
class VectorRange;
}  // namespace tercet::mpc

namespace tercet::node {

/// The secret bytes of both holders of each of this node's components, exchanged inside the NONCE
/// frames of an agreement (protocol.md 6 "Creation"): 32 bytes each, or all empty.
/// `*_next` are about component `next` (shared with the next peer), `*_previous` about component
/// `own` (shared with the previous peer).
struct Contributions {
  Contributions() = default;
  SecretBytes sent_to_next;
  SecretBytes received_from_next;
  SecretBytes sent_to_previous;
  SecretBytes received_from_previous;
};

/// One session that all three nodes agreed on: same sid, same plan, nothing input-dependent sent
/// before (protocol.md 2 "Agreement"). Owns its channel; when destroyed before `finish()`, or with
/// `abort()`, the peers get ABORT. Its vectors are burnt already when it exists.
/// Threads: the service's executor only. Lifetime: ends before its SessionHost.
class JointSession {
 public:
  virtual ~JointSession() = default;
  virtual const SessionId& sid() const = 0;
  /// The plan all three agreed on, as the opener gave it.
  virtual ByteView plan() const = 0;
  virtual mpc::Party& party() = 0;
  virtual const Contributions& contributions() const = 0;
  /// The vectors of the nodes' own lease that the proposal asked for; call once.
  virtual mpc::VectorRange take_vectors() = 0;
  /// The protocol ended well here: closing sends nothing to the peers any more.
  virtual void finish() = 0;
  virtual void abort(Errc reason) = 0;
};

/// Serves proposals of one kind at the nodes that did not open them.
class SessionHandler {
 public:
  virtual ~SessionHandler() = default;
  /// Judges a proposal by P1 before this node takes part in it: the plan must be valid here, for
  /// reasons of this node's own (signed command held, key state, number of vectors).
  virtual Status accept(ByteView plan, std::uint32_t vector_count) = 0;
  /// Runs this node's part. The session's failure is audited by the host.
  virtual Task<Status> run(std::unique_ptr<JointSession> session) = 0;
};

/// Opens and joins sessions under agreement over the request links. One per node.
class SessionHost {
 public:
  virtual ~SessionHost() = default;
  virtual mpc::PartyIndex self() const = 0;
  /// All three nodes are linked, agree on the pair secrets, and the own lease is open.
  virtual bool three_up() const = 0;
  /// Registers who serves proposals of `kind`; `handler` outlives the host.
  virtual void serve(SessionKind kind, SessionHandler& handler) = 0;
  /// P1 only: proposes a session with `vector_count` (may be 0) vectors of the nodes' own lease.
  /// Agreement must end within 5 s, the whole session by `until`.
  /// Errors: wrong_state (not P1, or not all three are up), exhausted (own lease lacks vectors),
  /// peer_timeout, peer_aborted, session_mismatch.
  virtual Task<Result<std::unique_ptr<JointSession>>> propose(SessionKind kind,
                                                              Bytes plan,
                                                              std::uint32_t vector_count,
                                                              bool with_contributions,
                                                              Deadline until) = 0;
};

}  // namespace tercet::node
