#include "core/crypto/gcm.h"

#include <algorithm>
#include <memory>

#include <openssl/evp.h>

namespace tercet {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Context make_context() {
  return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
}

int as_int(std::size_t size) {
  TERCET_CHECK(size <= 1U << 30U);
  return static_cast<int>(size);
}

bool iv_fits(ByteView iv) {
  return !iv.empty() && iv.size() <= 1024;
}

Error refused(const char* what) {
  return Error(Errc::crypto_failure, what).hint("OpenSSL refuses: is its provider installed?");
}

/// Starts a direction (1 encrypt, 0 decrypt) and passes the AAD.
bool start(EVP_CIPHER_CTX* context, int encrypt, ByteView key, ByteView iv, ByteView aad) {
  int size = 0;
  return EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nullptr, nullptr, nullptr, encrypt) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_IVLEN, as_int(iv.size()), nullptr) == 1 &&
         EVP_CipherInit_ex(context, nullptr, nullptr, key.data(), iv.data(), encrypt) == 1 &&
         (aad.empty() ||
          EVP_CipherUpdate(context, nullptr, &size, aad.data(), as_int(aad.size())) == 1);
}

}  // namespace

std::array<std::uint8_t, 16> aes256_block(ByteView key, ByteView block) {
  TERCET_CHECK(key.size() == 32 && block.size() == 16);
  std::array<std::uint8_t, 16> out{};
  const Context context = make_context();
  int size = 0;
  TERCET_CHECK(
      context != nullptr &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_ecb(), nullptr, key.data(), nullptr) == 1 &&
      EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
      EVP_EncryptUpdate(context.get(), out.data(), &size, block.data(), 16) == 1 && size == 16);
  return out;
}

Result<GcmCiphertext> aes256gcm_encrypt(ByteView key,
                                        ByteView iv,
                                        ByteView aad,
                                        ByteView plaintext) {
  TERCET_CHECK(key.size() == 32);
  if (!iv_fits(iv)) {
    return Error(Errc::invalid_argument, "encrypt with AES-GCM: IV length");
  }
  const Context context = make_context();
  GcmCiphertext out;
  out.ciphertext.resize(plaintext.size());
  int size = 0;
  if (context == nullptr || !start(context.get(), 1, key, iv, aad) ||
      (!plaintext.empty() && EVP_CipherUpdate(context.get(),
                                              out.ciphertext.data(),
                                              &size,
                                              plaintext.data(),
                                              as_int(plaintext.size())) != 1) ||
      EVP_CipherFinal_ex(context.get(), out.tag.data(), &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, 16, out.tag.data()) != 1) {
    return refused("encrypt with AES-GCM");
  }
  return out;
}

Result<Bytes> aes256gcm_decrypt(
    ByteView key, ByteView iv, ByteView aad, ByteView ciphertext, ByteView tag) {
  TERCET_CHECK(key.size() == 32);
  if (!iv_fits(iv) || tag.size() != 16) {
    return Error(Errc::invalid_argument, "decrypt with AES-GCM: IV or tag length");
  }
  const Context context = make_context();
  Bytes out(ciphertext.size());
  std::array<std::uint8_t, 16> expected{};
  std::copy(tag.begin(), tag.end(), expected.begin());
  int size = 0;
  if (context == nullptr || !start(context.get(), 0, key, iv, aad) ||
      (!ciphertext.empty() &&
       EVP_CipherUpdate(
           context.get(), out.data(), &size, ciphertext.data(), as_int(ciphertext.size())) != 1) ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, 16, expected.data()) != 1) {
    return refused("decrypt with AES-GCM");
  }
  std::array<std::uint8_t, 16> rest{};
  if (EVP_CipherFinal_ex(context.get(), rest.data(), &size) != 1) {
    return Error(Errc::bad_ciphertext, "decrypt with AES-GCM: the tag does not hold");
  }
  return out;
}

}  // namespace tercet
