#pragma once

#include <array>
#include <cstdint>

#include "core/async/task.h"
#include "core/base/result.h"
#include "mpc/field/gf2_128.h"
#include "mpc/open/opening.h"
#include "mpc/session/party_context.h"

namespace tercet::mpc {

/// 32 random bytes that nobody knew before everything they judge was fixed.
class Coin {
 public:
  Coin() = default;

  explicit Coin(const std::array<std::uint8_t, 32>& seed) : seed_(seed) {}

  const std::array<std::uint8_t, 32>& seed() const { return seed_; }

  /// `count` field elements, 16 bytes each: ChaCha20 under SHAKE256(label, purpose, seed).
  Bytes expand(std::string_view purpose, std::size_t count) const;
  /// The first element of the stream that is none of `excluded`.
  Block128 element(std::string_view purpose, std::span<const Block128> excluded) const;

 private:
  std::array<std::uint8_t, 32> seed_{};
};

/// Passes a barrier, then opens PRF(k_j, "coin", sid, round). A failure drops the session for good.
/// Source: protocol.md 2 "Barrier and coin". Hops: 2. Three nodes only (unsupported otherwise).
template <class Defences = FullDefences>
Task<Result<Checked<Coin>>> toss_coin(Party& party);

extern template Task<Result<Checked<Coin>>> toss_coin<FullDefences>(Party& party);

}  // namespace tercet::mpc
