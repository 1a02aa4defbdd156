#include "mpc/verify/coin.h"

#include <algorithm>

#include "core/crypto/hash.h"
#include "core/crypto/stream.h"
#include "mpc/prf/labels.h"
#include "mpc/verify/coin.inl.h"

namespace tercet::mpc {

namespace {

Shake256 stream(const std::array<std::uint8_t, 32>& seed, std::string_view purpose) {
  ByteWriter input;
  input.text(kLabelCoin).text(purpose).raw(seed);
  Shake256 out;
  out.absorb(input.bytes());
  return out;
}

}  // namespace

Bytes Coin::expand(std::string_view purpose, std::size_t count) const {
  constexpr std::array<std::uint8_t, kChaChaNonceBytes> kNoNonce{};
  const auto key = stream(seed_, purpose).squeeze<kChaChaKeyBytes>();
  Bytes out(count * 16);
  chacha20_stream(key, kNoNonce, out);
  return out;
}

Block128 Coin::element(std::string_view purpose, std::span<const Block128> excluded) const {
  Shake256 source = stream(seed_, purpose);
  for (;;) {
    const Block128 candidate = load_block(source.squeeze<16>());
    if (std::ranges::find(excluded, candidate) == excluded.end()) {
      return candidate;
    }
  }
}

template Task<Result<Checked<Coin>>> toss_coin<FullDefences>(Party& party);

}  // namespace tercet::mpc
