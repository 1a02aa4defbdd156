#include "core/crypto/stream.h"

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/evp.h>
#include <sodium.h>

#include "core/random/sodium_ready.h"

// Two implementations of one cipher: libsodium's for short data (no set-up), OpenSSL's for long
// (three times as fast where it finds AVX-512). Both are constant time.

namespace tercet {
namespace {

constexpr std::size_t kLongBytesMin = 4096;
constexpr std::size_t kCallBytesMax = std::size_t{1} << 30U;

const EVP_CIPHER* openssl_chacha20() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "ChaCha20", nullptr);
  return cipher;
}

/// False: OpenSSL has no ChaCha20 here (a restricted provider), and `data` is as it was.
bool xor_by_openssl(ByteView key, ByteView nonce, MutableByteView data, std::uint32_t block) {
  using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  std::array<std::uint8_t, 4 + kChaChaNonceBytes> counter_and_nonce{};
  for (std::size_t i = 0; i < 4; ++i) {
    counter_and_nonce[i] = static_cast<std::uint8_t>(block >> (8 * i));
  }
  std::copy(nonce.begin(), nonce.end(), counter_and_nonce.begin() + 4);
  if (context == nullptr || openssl_chacha20() == nullptr ||
      EVP_EncryptInit_ex2(
          context.get(), openssl_chacha20(), key.data(), counter_and_nonce.data(), nullptr) != 1) {
    return false;
  }
  while (!data.empty()) {
    const std::size_t size = std::min(data.size(), kCallBytesMax);
    int written = 0;
    TERCET_CHECK(EVP_EncryptUpdate(
                     context.get(), data.data(), &written, data.data(), static_cast<int>(size)) ==
                     1 &&
                 static_cast<std::size_t>(written) == size);
    data = data.subspan(size);
  }
  return true;
}

}  // namespace

void chacha20_xor(ByteView key, ByteView nonce, MutableByteView data, std::uint32_t first_block) {
  TERCET_CHECK(key.size() == kChaChaKeyBytes && nonce.size() == kChaChaNonceBytes);
  if (data.size() >= kLongBytesMin && xor_by_openssl(key, nonce, data, first_block)) {
    return;
  }
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
