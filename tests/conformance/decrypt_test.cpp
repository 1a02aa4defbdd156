// Decrypt: rows 91 to 99, 102 to 104. Round trips (90) are in encrypt_test.cpp, disabled keys (100)
// too.

#include "core/crypto/gcm.h"
#include "core/xks/framing.h"
#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

/// Row 103: all bodies are the same.
void expect_invalid(const XksReply& reply) {
  expect_error(reply, 400, "InvalidCiphertextException");
  static const std::string first = reply.raw.body;
  EXPECT_EQ(reply.raw.body, first);
}

void expect_invalid(const Sealed& sealed, const std::string& key = "normal") {
  expect_invalid(decrypt(key, decrypt_json(sealed)));
}

TEST(Conformance_Row91_103, EveryByteChanged) {
  const Sealed sealed = seal("normal", pattern(40), bytes_of("aad of some bytes"));
  for (Bytes Sealed::*part :
       {&Sealed::ciphertext, &Sealed::tag, &Sealed::iv, &Sealed::metadata, &Sealed::aad}) {
    for (std::size_t i = 0; i < (sealed.*part).size(); ++i) {
      Sealed bent = sealed;
      (bent.*part)[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
      expect_invalid(bent);
    }
  }
  EXPECT_EQ(open("normal", sealed), pattern(40));
}

TEST(Conformance_Row92, OtherAad) {
  Sealed with = seal("normal", bytes_of("text"), bytes_of("aad"));
  with.aad = {};
  expect_invalid(with);
  with.aad = bytes_of("other aad");
  expect_invalid(with);
  Sealed without = seal("normal", bytes_of("text"));
  without.aad = bytes_of("aad");
  expect_invalid(without);
}

TEST(Conformance_Row93, OtherMetadata) {
  const Sealed sealed = seal("normal", bytes_of("text"), bytes_of("aad"));
  Sealed bent = sealed;
  bent.metadata = {};
  expect_invalid(bent);
  bent.metadata = {1, 0, 0, 0, 2};  // another version of the key
  expect_invalid(bent);
  bent.metadata = {1, 255, 255, 255, 255};
  expect_invalid(bent);
  bent.metadata = {1};
  expect_invalid(bent);
  bent.metadata = Bytes(20, 0);
  expect_invalid(bent);
  bent = sealed;
  std::swap(bent.metadata, bent.aad);
  expect_invalid(bent);
  bent = seal("normal", bytes_of("text"));  // the swap that the framing is there to prevent
  bent.aad = bent.metadata;
  bent.metadata = {};
  expect_invalid(bent);
  Sealed raw = seal("imported_raw", bytes_of("text"));
  ASSERT_TRUE(raw.metadata.empty());
  raw.metadata = {1, 0, 0, 0, 1};  // added where there was none
  expect_invalid(raw, "imported_raw");
}

TEST(Conformance_Row94, OtherLengths) {
  const Sealed sealed = seal("normal", pattern(64));
  const auto with = [&](const Bytes& ciphertext) {
    Sealed bent = sealed;
    bent.ciphertext = ciphertext;
    expect_invalid(bent);
  };
  const Bytes& text = sealed.ciphertext;
  with(Bytes());
  with(Bytes(text.begin(), text.begin() + 1));
  with(Bytes(text.begin(), text.end() - 1));
  with(Bytes(text.begin(), text.end() - 16));
  Bytes longer = text;
  longer.push_back(0);
  with(longer);
  longer.resize(text.size() + 16);
  with(longer);
  Bytes exchanged = text;
  std::swap_ranges(exchanged.begin(), exchanged.begin() + 16, exchanged.begin() + 16);
  with(exchanged);
}

TEST(Conformance_Row95, SizesOfTagAndIv) {
  const Sealed sealed = seal("normal", bytes_of("text"));
  const auto resized = [](Bytes bytes, std::size_t size) {
    bytes.resize(size);
    return bytes;
  };
  for (const std::size_t size : {0U, 12U, 15U, 17U, 32U}) {
    Sealed bent = sealed;
    bent.tag = resized(sealed.tag, size);
    expect_invalid(bent);
  }
  for (const std::size_t size : {0U, 11U, 13U, 15U, 17U, 64U}) {
    Sealed bent = sealed;
    bent.iv = resized(sealed.iv, size);
    expect_invalid(bent);
  }
}

TEST(Conformance_Row96_97, MetadataTooLongAndMembersMissing) {
  Sealed bent = seal("normal", bytes_of("text"));
  const Json good = decrypt_json(bent);
  bent.metadata = Bytes(21, 1);
  expect_validation(decrypt("normal", decrypt_json(bent)));
  for (const char* member : {"ciphertext",
                             "initializationVector",
                             "authenticationTag",
                             "encryptionAlgorithm",
                             "requestMetadata"}) {
    Json body = good;
    body.erase(member);
    expect_validation(decrypt("normal", body));
    for (const Json& other : {Json(1), Json(), Json::array(), Json::object()}) {
      body[member] = other;
      expect_validation(decrypt("normal", body));
    }
  }
  Json body = good;
  body["encryptionAlgorithm"] = "AES_CBC";
  expect_validation(decrypt("normal", body));
}

TEST(Conformance_Row98, CiphertextsOfOthers) {
  const Sealed sealed = seal("normal", bytes_of("text"), bytes_of("of KMS key 1"));
  expect_invalid(sealed, "other");
  Sealed of_other_kms_key = sealed;
  of_other_kms_key.aad = bytes_of("of KMS key 2");
  expect_invalid(of_other_kms_key);
  XksClient plain(endpoint_of(plain_store()));
  expect_invalid(plain.post("/keys/plain_key/decrypt", decrypt_json(sealed).dump()));
}

TEST(Conformance_Row99_100, KeysThatDoNotDecrypt) {
  const Sealed sealed = seal("encrypt_only_key", bytes_of("text"));
  const Json body = decrypt_json(sealed);
  expect_error(decrypt("encrypt_only_key", body), 400, "InvalidKeyUsageException");
  expect_error(decrypt("impotent_key", body), 400, "InvalidKeyUsageException");
  expect_error(decrypt("non_existing_key", body), 404, "KeyNotFoundException");
  expect_invalid(sealed, "decrypt_only_key");
}

/// By OpenSSL under the imported key.
Sealed made_elsewhere(const std::string& text, ByteView iv, ByteView gcm_aad) {
  const GcmCiphertext made = aes256gcm_encrypt(imported_key(), iv, gcm_aad, as_bytes(text)).value();
  Sealed out;
  out.ciphertext = made.ciphertext;
  out.iv = to_bytes(iv);
  out.tag = to_bytes(made.tag);
  return out;
}

TEST(Conformance_Row102, IvOfSixteenBytes) {
  const Bytes metadata = {1, 0, 0, 0, 1};
  Sealed sealed = made_elsewhere("text", pattern(16), xks::gcm_aad({}, metadata).value());
  sealed.metadata = metadata;
  expect_error(decrypt("imported", decrypt_json(sealed)), 501, "UnsupportedOperationException");
  // What decides is the form alone: before any cryptography, and after key and usage.
  sealed.tag[0] ^= 1U;
  expect_error(decrypt("imported", decrypt_json(sealed)), 501, "UnsupportedOperationException");
  expect_error(decrypt("non_existing_key", decrypt_json(sealed)), 404, "KeyNotFoundException");
  expect_error(decrypt("encrypt_only_key", decrypt_json(sealed)), 400, "InvalidKeyUsageException");
  expect_error(decrypt("disabled_key", decrypt_json(sealed)), 400, "InvalidStateException");
}

TEST(Conformance_Row102, CiphertextsMadeElsewhere) {
  const Bytes aad = bytes_of("aad elsewhere");
  Sealed sealed = made_elsewhere("made elsewhere", pattern(12), aad);
  sealed.aad = aad;
  EXPECT_EQ(open("imported_raw", sealed), bytes_of("made elsewhere"));
  expect_invalid(sealed, "imported");  // the raw form is a setting of a key, never a fallback
}

TEST(Conformance_Row104, OneRequestIdForDecryptAndEncrypt) {
  const Sealed sealed = seal("normal", bytes_of("re-encrypted"));
  Json source = decrypt_json(sealed);
  Json target = encrypt_json(bytes_of("re-encrypted"));
  for (Json* body : {&source, &target}) {
    (*body)["requestMetadata"]["kmsOperation"] = "ReEncrypt";
    (*body)["requestMetadata"]["kmsRequestId"] = "one for both";
  }
  EXPECT_EQ(decrypt("normal", source).status, 200U);
  EXPECT_EQ(encrypt("other", target).status, 200U);
  EXPECT_EQ(decrypt("normal", source).status, 200U);
}

}  // namespace
}  // namespace tercet::test
