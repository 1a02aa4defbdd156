#pragma once

#include "core/async/task.h"
#include "core/base/result.h"
#include "mpc/keygen/key_name.h"
#include "mpc/session/defences.h"
#include "mpc/session/party_context.h"
#include "mpc/share/rss.h"

namespace tercet::mpc {

/// H to the powers 1..count from shares of H: even powers by local squaring, odd ones by verified
/// products, doubling what is known each time, each depth under its own step id.
///
/// Source:  protocol.md 6 "Derived values", 5.   Shapes: h.count() == 1; count a power of two >= 2
/// (checked).   Errors: those of multiply_verified.   Ownership: `h` outlives the task.
template <class Defences = FullDefences>
Task<Result<BlockShares>> powers_of(Party& party,
                                    KeyName name,
                                    const BlockShares& h,
                                    std::size_t count);

extern template Task<Result<BlockShares>> powers_of<FullDefences>(Party&,
                                                                  KeyName,
                                                                  const BlockShares&,
                                                                  std::size_t);

}  // namespace tercet::mpc
