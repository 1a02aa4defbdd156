#include "core/crypto/stream.h"

#include <algorithm>

#include <sodium.h>

#include "core/random/sodium_ready.h"

namespace tercet {

void chacha20_xor(ByteView key, ByteView nonce, MutableByteView data, std::uint32_t first_block) {
  TERCET_CHECK(key.size() == kChaChaKeyBytes && nonce.size() == kChaChaNonceBytes);
  sodium_ready();
  TERCET_CHECK(crypto_stream_chacha20_ietf_xor_ic(
                   data.data(), data.data(), data.size(), nonce.data(), first_block, key.data()) ==
               0);
}

void chacha20_stream(ByteView key, ByteView nonce, MutableByteView out) {
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  chacha20_xor(key, nonce, out, 0);
}

}  // namespace tercet
