#include "tests/sim/ciphertexts.h"

#include "core/crypto/gcm.h"
#include "core/xks/framing.h"
#include "core/xks/print.h"

namespace tercet::test {

proxy::Encrypted made_by_openssl(std::uint8_t iv_byte, ByteView plaintext, const Bytes& key) {
  proxy::Encrypted out;
  out.iv.fill(iv_byte);
  const auto metadata = xks::version_metadata(KeyVersion(1));
  out.metadata = to_bytes(metadata);
  const GcmCiphertext sealed =
      aes256gcm_encrypt(key, out.iv, xks::gcm_aad({}, metadata).value(), plaintext).value();
  out.ciphertext = sealed.ciphertext;
  out.tag = sealed.tag;
  return out;
}

Bytes decrypt_body(const proxy::Encrypted& encrypted) {
  xks::DecryptRequest body;
  body.metadata.principal_arn = "arn:aws:iam::123456789012:user/test";
  body.metadata.kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/test";
  body.metadata.kms_operation = "Decrypt";
  body.metadata.kms_request_id = "4112f4d6-db54-4af4-ae30-c55a22a8dfae";
  body.ciphertext = encrypted.ciphertext;
  body.iv = to_bytes(encrypted.iv);
  body.tag = to_bytes(encrypted.tag);
  body.ciphertext_metadata = encrypted.metadata;
  return xks::print_decrypt_request(body);
}

}  // namespace tercet::test
