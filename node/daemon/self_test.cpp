#include "node/daemon/self_test.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/codec/base64.h"
#include "core/crypto/gcm.h"
#include "core/crypto/hash.h"
#include "core/crypto/signature.h"
#include "core/ct/ct.h"
#include "core/random/random.h"
#include "core/sigv4/sign.h"
#include "core/sigv4/verify.h"
#include "mpc/field/dispatch.h"
#include "mpc/field/gf2_128.h"
#include "mpc/field/kernels.h"
#include "mpc/onehot/apply.h"

namespace tercet::node {

namespace {

Bytes hex(std::string_view text) {
  Result<Bytes> bytes = from_hex(text);
  TERCET_CHECK(bytes.ok());  // constants of this file
  return std::move(bytes).value();
}

/// FIPS 197 appendix C.3.
bool aes_block_is_right() {
  const Bytes key = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  const auto out = aes256_block(key, hex("00112233445566778899aabbccddeeff"));
  return ct::equal(out, hex("8ea2b7ca516745bfeafc49904b496089"));
}

/// The GCM specification's test cases 13 and 14: AES-256, a 96-bit IV of zeros.
bool gcm_is_right() {
  const Bytes key(32, 0);
  const Bytes iv(12, 0);
  const auto empty = aes256gcm_encrypt(key, iv, {}, {});
  const Bytes plain(16, 0);
  const auto one = aes256gcm_encrypt(key, iv, {}, plain);
  if (!empty || !one || !ct::equal(empty->tag, hex("530f8afbc74536b9a963b4f1c4cb738b")) ||
      !ct::equal(one->tag, hex("d0d1c8a799996bf0265b98b5d48ab919")) ||
      !ct::equal(one->ciphertext, hex("cea7403d4d606b6e074ec5d3baf39d18"))) {
    return false;
  }
  const auto opened = aes256gcm_decrypt(key, iv, {}, one->ciphertext, one->tag);
  auto wrong_tag = one->tag;
  wrong_tag[0] ^= 1U;
  const auto refused = aes256gcm_decrypt(key, iv, {}, one->ciphertext, wrong_tag);
  return opened.ok() && ct::equal(*opened, plain) && !refused.ok() &&
         refused.error().code() == Errc::bad_ciphertext;
}

/// FIPS 180-4, RFC 4231 case 2, RFC 5869 case 1, FIPS 202 with empty input.
bool hashes_are_right() {
  const Sha256Digest digest = sha256(as_bytes("abc"));
  const Sha256Digest mac = hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"));
  const Bytes ikm(22, 0x0b);
  std::array<std::uint8_t, 42> okm{};
  hkdf_sha256(ikm, hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"), okm);
  std::array<std::uint8_t, 32> sponge{};
  shake256({}, sponge);
  return ct::equal(digest,
                   hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")) &&
         ct::equal(mac, hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")) &&
         ct::equal(okm,
                   hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                       "34007208d5b887185865")) &&
         ct::equal(sponge, hex("46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"));
}

/// RFC 8032 test 2's key and signature, and a flipped bit.
bool signature_is_right() {
  const auto key = PublicKey::from_bytes(
      hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
  Bytes signature =
      hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
          "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  const Bytes message = hex("72");
  if (!key || !key->verify(message, signature)) {
    return false;
  }
  signature[0] ^= 1U;
  return !key->verify(message, signature);
}

bool base64_is_right() {
  const auto decoded = base64_decode("Zm9vYg==");
  return base64_encode(as_bytes("foobar")) == "Zm9vYmFy" && decoded.ok() &&
         as_text(*decoded) == "foob" && !base64_decode("Zm9vYh==").ok();
}

/// A signed request verifies; with another body it does not.
bool sigv4_is_right() {
  const auto secret = std::make_shared<const SecretBytes>(
      SecretBytes::copy_of(as_bytes("a-self-test-secret-of-43-characters-0000000")));
  std::vector<sigv4::Header> headers = {{"host", "self.test"}, {"x-amz-date", "20260101T000000Z"}};
  sigv4::RequestView view;
  view.method = "POST";
  view.target = "/kms/xks/v1/health";
  view.headers = headers;
  const sigv4::BodyHash body = sha256(as_bytes("{}"));
  const std::vector<std::string> names = {"host", "x-amz-date"};
  sigv4::Signer signer;
  signer.access_key_id = "SELFTESTSELFTEST2345";
  signer.region = "us-east-1";
  signer.service = sigv4::kXksService;
  auto authorization = sigv4::sign(view, body, names, signer, *secret);
  if (!authorization) {
    return false;
  }
  headers.emplace_back("authorization", std::move(authorization).value());
  view.headers = headers;
  sigv4::VerifyOptions options;
  options.regions = {"us-east-1"};
  options.now_seconds = 1767225600;  // 2026-01-01T00:00:00Z
  const sigv4::SecretLookup lookup = [&](std::string_view) {
    return std::shared_ptr<const SecretBytes>(secret);
  };
  return sigv4::verify(view, body, lookup, options).ok() &&
         !sigv4::verify(view, sha256(as_bytes("{ }")), lookup, options).ok();
}

/// The kernels in use: a product of the GCM specification (test case 2), a sum of products against
/// single ones, the S-box at every index.
bool kernels_are_right() {
  const mpc::Block128 h = mpc::load_block(hex("66e94bd4ef8a2c3b884cfa59ca342b2e"));
  const mpc::Block128 c = mpc::load_block(hex("0388dace60b6a392f328c2b971b2fe78"));
  if (mpc::multiply(h, c) != mpc::load_block(hex("5e2ec746917062882c85b0685353deb7"))) {
    return false;
  }
  Bytes row(16 * 13);
  mpc::Block128 expected = mpc::kBlockZero;
  mpc::Block128 power = h;
  for (std::size_t at = 0; at < row.size(); at += 16) {
    mpc::store_block(MutableByteView(row).subspan(at, 16), power);
    expected = expected ^ mpc::square(power);
    power = mpc::multiply(power, h);
  }
  bool right = mpc::inner_product(row, row) == expected;
  const std::array<std::uint8_t, 256>& sbox = mpc::aes_sbox();
  const std::uint8_t* const masks = mpc::aes_sbox_table().masks().data();
  for (std::size_t index = 0; index < sbox.size(); ++index) {
    std::array<std::uint8_t, 32> one_hot{};
    one_hot[index / 8] = static_cast<std::uint8_t>(1U << (index % 8));
    const auto offset = static_cast<std::uint8_t>(7 * index + 1);
    std::uint8_t out = 0;
    mpc::kernels().apply_table(one_hot.data(), &offset, masks, &out, 1);
    right = right && out == sbox[index ^ offset];
  }
  return right;
}

bool random_does_not_repeat() {
  const auto first = system_random().array<32>();
  const auto second = system_random().array<32>();
  return first != second && !ct::is_zero(first) && !ct::is_zero(second);
}

}  // namespace

Status run_self_tests() {
  struct Test {
    std::string_view name;
    bool (*run)();
  };

  static constexpr Test kTests[] = {
      {"AES-256", aes_block_is_right},
      {"AES-256-GCM", gcm_is_right},
      {"SHA-256, HMAC, HKDF, SHAKE256", hashes_are_right},
      {"Ed25519", signature_is_right},
      {"Base64", base64_is_right},
      {"SigV4", sigv4_is_right},
      {"kernels", kernels_are_right},
      {"random source", random_does_not_repeat},
  };
  for (const Test& test : kTests) {
    if (!test.run()) {
      return Error(Errc::crypto_failure, "self-test failed: " + std::string(test.name))
          .hint("this machine or this build computes wrongly: do not use it");
    }
  }
  return ok_status();
}

}  // namespace tercet::node
