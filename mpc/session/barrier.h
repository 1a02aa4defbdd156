#pragma once

#include "core/async/task.h"
#include "core/base/result.h"
#include "mpc/session/party_context.h"

namespace tercet::mpc {

/// Passes a barrier: call it once everything waited for is here. A bare message to both peers; no
/// message of an earlier round is accepted from then on.
/// Source: protocol.md 2 "Barrier and coin". Hops: 1.
template <class Defences = FullDefences>
Task<Status> pass_barrier(Party& party);

extern template Task<Status> pass_barrier<FullDefences>(Party& party);

}  // namespace tercet::mpc
