#include "core/crypto/hash.h"

#include <algorithm>
#include <array>

#include <sodium.h>

namespace tercet {
namespace {

crypto_hash_sha256_state* sha_state(std::uint8_t* state) {
  static_assert(sizeof(crypto_hash_sha256_state) <= 112);
  return reinterpret_cast<crypto_hash_sha256_state*>(state);
}

crypto_generichash_state* blake_state(std::uint8_t* state) {
  static_assert(sizeof(crypto_generichash_state) <= 384);
  return reinterpret_cast<crypto_generichash_state*>(state);
}

}  // namespace

Sha256Digest sha256(ByteView data) {
  Sha256Digest out{};
  crypto_hash_sha256(out.data(), data.data(), data.size());
  return out;
}

Sha256::Sha256() {
  crypto_hash_sha256_init(sha_state(state_.data()));
}

Sha256::~Sha256() {
  wipe(state_.data(), state_.size());
}

Sha256& Sha256::update(ByteView data) {
  crypto_hash_sha256_update(sha_state(state_.data()), data.data(), data.size());
  return *this;
}

Sha256Digest Sha256::finish() {
  Sha256Digest out{};
  crypto_hash_sha256_final(sha_state(state_.data()), out.data());
  return out;
}

Sha256Digest hmac_sha256(ByteView key, ByteView data) {
  crypto_auth_hmacsha256_state state;
  Sha256Digest out{};
  const std::uint8_t none = 0;  // libsodium takes no null pointer, not even with no bytes behind it
  crypto_auth_hmacsha256_init(&state, key.empty() ? &none : key.data(), key.size());
  crypto_auth_hmacsha256_update(&state, data.data(), data.size());
  crypto_auth_hmacsha256_final(&state, out.data());
  wipe(&state, sizeof state);
  return out;
}

void hkdf_sha256(ByteView ikm, ByteView salt, ByteView info, MutableByteView out) {
  TERCET_CHECK(out.size() <= 255 * kSha256Bytes);
  Sha256Digest extracted = hmac_sha256(salt, ikm);
  Sha256Digest block{};
  std::uint8_t counter = 0;
  while (!out.empty()) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, extracted.data(), extracted.size());
    if (counter > 0) {
      crypto_auth_hmacsha256_update(&state, block.data(), block.size());
    }
    ++counter;
    crypto_auth_hmacsha256_update(&state, info.data(), info.size());
    crypto_auth_hmacsha256_update(&state, &counter, 1);
    crypto_auth_hmacsha256_final(&state, block.data());
    wipe(&state, sizeof state);
    const std::size_t part = std::min(out.size(), block.size());
    std::copy_n(block.begin(), part, out.begin());
    out = out.subspan(part);
  }
  wipe(extracted.data(), extracted.size());
  wipe(block.data(), block.size());
}

void blake2b(ByteView key, ByteView data, MutableByteView out) {
  TERCET_CHECK(!out.empty() && out.size() <= 64);
  TERCET_CHECK(key.empty() || (key.size() >= 16 && key.size() <= 64));
  TERCET_CHECK(crypto_generichash_blake2b(out.data(),
                                          out.size(),
                                          data.data(),
                                          data.size(),
                                          key.empty() ? nullptr : key.data(),
                                          key.size()) == 0);
}

Blake2b::Blake2b(ByteView key) {
  TERCET_CHECK(key.empty() || (key.size() >= 16 && key.size() <= 64));
  TERCET_CHECK(
      crypto_generichash_init(
          blake_state(state_.data()), key.empty() ? nullptr : key.data(), key.size(), 32) == 0);
}

Blake2b::~Blake2b() {
  wipe(state_.data(), state_.size());
}

Blake2b& Blake2b::update(ByteView data) {
  crypto_generichash_update(blake_state(state_.data()), data.data(), data.size());
  return *this;
}

std::array<std::uint8_t, 32> Blake2b::finish() {
  std::array<std::uint8_t, 32> out{};
  crypto_generichash_final(blake_state(state_.data()), out.data(), out.size());
  return out;
}

}  // namespace tercet
