#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "mpc/wire/proxy_messages.h"
#include "node/policy/key_directory.h"

namespace tercet::node {

/// What a proxy opens in its lease.
enum class ProxySession : std::uint8_t { slots = 1, encrypt = 2, decrypt = 3 };

/// Everything the id of a proxy's session covers beside the lease, which covers set, generations
/// and pair secrets (protocol.md 2 "Session id").
class ProxySessionFacts {
 public:
  ProxySessionFacts(ProxySession session_kind, const LeaseId& in_lease, SessionCounter at)
      : kind(session_kind), lease(in_lease), counter(at) {}

  ProxySession kind;
  LeaseId lease;
  SessionCounter counter;
  /// The whole request as the proxy sent it, without ticket and remaining time.
  Bytes request;
  KeyEntry key;  ///< id, version, epoch, derived set and framing are covered
  mpc::wire::VectorStart vectors;
  std::uint32_t vector_count = 0;
  SessionId material;  ///< slot session or remembered session; zeros if none
  std::uint16_t material_number = 0;
};

/// A request without what may differ between nodes.
template <class Message>
Bytes covered_request(const Message& request) {
  Message copy = request;
  copy.ticket = 0;
  copy.remaining_ms = 0;
  return copy.encode();
}

/// SHA-256 over an injective encoding of the facts.
SessionId proxy_session_id(const ProxySessionFacts& facts);

}  // namespace tercet::node
