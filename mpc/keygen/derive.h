#pragma once

#include <array>
#include <memory>

#include "core/async/task.h"
#include "core/base/result.h"
#include "mpc/aes/key_schedule.h"
#include "mpc/engine/key_material.h"
#include "mpc/gcm/limits.h"
#include "mpc/keygen/key_name.h"
#include "mpc/onehot/stock.h"
#include "mpc/session/defences.h"
#include "mpc/session/party_context.h"

namespace tercet::mpc {

/// Vectors that `derive` uses: key schedule, round key 0, H.
inline constexpr std::uint32_t kDeriveVectors =
    kScheduleVectors + kFirstRoundVectors + kVectorsPerBlock;
/// Vectors that `key_check` uses.
inline constexpr std::uint32_t kKeyCheckVectors = kVectorsPerBlock;

/// Computes everything a key needs from the shares of its 32 bytes: key schedule, one-hot vectors
/// of round key 0, H and its powers to 1,024 (even ones by squaring, odd ones by products that are
/// verified, depth by depth). Each step under its own step id.
///
/// Source:  protocol.md 6 "Derived values", 5, 7.   `vectors`: exactly kDeriveVectors.
/// Order:   after `cross_commit` (protocol.md 6 "Order").
/// Secret:  components stay shares; only masked bytes, coins and check values are opened.
/// Errors:  those of the channel; protocol_abort.
template <class Defences = FullDefences>
Task<Result<std::shared_ptr<const KeyMaterial>>> derive(Party& party,
                                                        KeyName name,
                                                        ByteShares components,
                                                        VectorRange vectors);

/// The first 4 bytes of the check block's encryption (rule K4).
using KeyCheckValue = std::array<std::uint8_t, 4>;

/// Jointly encrypts a labelled block whose counter field is zero, which no GCM counter takes, opens
/// the result at all nodes and compares the copies. AFTER `cross_commit`, never instead of it.
/// Hops: 14.   `vectors`: exactly kKeyCheckVectors.   Errors: those of the channel; protocol_abort.
template <class Defences = FullDefences>
Task<Result<KeyCheckValue>> key_check(Party& party,
                                      KeyName name,
                                      std::shared_ptr<const KeyMaterial> key,
                                      VectorRange vectors);

extern template Task<Result<std::shared_ptr<const KeyMaterial>>> derive<FullDefences>(Party&,
                                                                                      KeyName,
                                                                                      ByteShares,
                                                                                      VectorRange);
extern template Task<Result<KeyCheckValue>> key_check<FullDefences>(
    Party&, KeyName, std::shared_ptr<const KeyMaterial>, VectorRange);

}  // namespace tercet::mpc
