#include "tests/kms/inner_layer.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/crypto/gcm.h"
#include "core/crypto/hash.h"
#include "core/secret/secret_bytes.h"
#include "tests/kms/blob.h"

namespace tercet::kms {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kInfo = "tercet-kms inner v1";
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kKeyBytes = 32;

using InnerKey = std::array<std::uint8_t, kKeyBytes>;

void derive(ByteView material, ByteView nonce, InnerKey& into) {
  hkdf_sha256(material, nonce, as_bytes(kInfo), into);
}

}  // namespace

Result<Bytes> seal_inner(ByteView material,
                         const InnerRandom& random,
                         std::size_t overhead_bytes,
                         ByteView aad,
                         ByteView plaintext) {
  TERCET_CHECK(overhead_bytes >= kInnerOverheadMin && overhead_bytes <= kInnerOverheadMax);
  Bytes padded(overhead_bytes - kInnerOverheadMin);
  padded.insert(padded.end(), plaintext.begin(), plaintext.end());
  InnerKey key{};
  const WipeGuard wiped(key);
  derive(material, random.nonce, key);
  TERCET_TRY(const GcmCiphertext sealed, aes256gcm_encrypt(key, random.iv, aad, padded));
  ByteWriter writer;
  writer.u8(kVersion).raw(random.nonce).raw(random.iv).raw(sealed.ciphertext).raw(sealed.tag);
  return writer.take();
}

Result<Bytes> open_inner(ByteView material,
                         std::size_t overhead_bytes,
                         ByteView aad,
                         ByteView inner) {
  const Error bad(Errc::bad_ciphertext, "open the inner layer: altered or of another key");
  if (inner.size() < overhead_bytes) {
    return bad;
  }
  ByteReader reader(inner);
  const std::uint8_t version = reader.u8();
  const ByteView nonce = reader.raw(kInnerNonceBytes);
  const ByteView iv = reader.raw(kInnerIvBytes);
  const ByteView ciphertext = reader.raw(reader.remaining() - kTagBytes);
  const ByteView tag = reader.raw(kTagBytes);
  if (version != kVersion) {
    return bad;
  }
  InnerKey key{};
  const WipeGuard wiped(key);
  derive(material, nonce, key);
  const Result<Bytes> padded = aes256gcm_decrypt(key, iv, aad, ciphertext, tag);
  const std::size_t filler = overhead_bytes - kInnerOverheadMin;
  if (!padded || std::any_of(padded->begin(),
                             padded->begin() + static_cast<long>(filler),
                             [](auto b) { return b != 0; })) {
    return bad;
  }
  return to_bytes(ByteView(*padded).subspan(filler));
}

}  // namespace tercet::kms
