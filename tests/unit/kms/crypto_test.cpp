// Cryptographic operations: limits, contexts, blobs, what reaches the proxy.

#include <algorithm>
#include <set>

#include "core/codec/base64.h"
#include "tests/unit/kms/kms_fixture.h"

namespace tercet::kms::test {
namespace {

class Crypto : public KmsTest {
 protected:
  Crypto() {
    make_connected_store();
    key_ = make_key();
  }

  Json decrypt_input(const std::string& blob, const Json& context = Json::object()) const {
    return Json{{"CiphertextBlob", blob}, {"EncryptionContext", context}};
  }

  std::string arn(const std::string& key_id) const {
    return "arn:aws:kms:us-east-1:111122223333:key/" + key_id;
  }

  std::string key_;
};

std::string of_size(std::size_t bytes) {
  return base64_encode(Bytes(bytes, 'x'));
}

TEST_F(Crypto, EveryOperationGoesThereAndBack) {
  const Reply sealed = call("Encrypt", Json{{"KeyId", key_}, {"Plaintext", kHello}});
  ASSERT_TRUE(sealed.ok()) << sealed.body;
  EXPECT_EQ(sealed.text("KeyId"), arn(key_));
  EXPECT_EQ(sealed.text("EncryptionAlgorithm"), "SYMMETRIC_DEFAULT");
  const Reply opened = call("Decrypt", decrypt_input(sealed.text("CiphertextBlob")));
  EXPECT_EQ(opened.text("Plaintext"), kHello);
  EXPECT_EQ(opened.text("KeyId"), arn(key_));

  const Reply data_key = call("GenerateDataKey", Json{{"KeyId", key_}, {"KeySpec", "AES_256"}});
  EXPECT_EQ(base64_decode(data_key.text("Plaintext")).value().size(), 32U);
  EXPECT_EQ(call("Decrypt", decrypt_input(data_key.text("CiphertextBlob"))).text("Plaintext"),
            data_key.text("Plaintext"));

  const Reply hidden =
      call("GenerateDataKeyWithoutPlaintext", Json{{"KeyId", key_}, {"NumberOfBytes", 64}});
  EXPECT_FALSE(hidden.body.contains("Plaintext"));
  const Reply shown = call("Decrypt", decrypt_input(hidden.text("CiphertextBlob")));
  EXPECT_EQ(base64_decode(shown.text("Plaintext")).value().size(), 64U);

  const std::string second = make_key("ext-2");
  const Reply moved = call("ReEncrypt",
                           Json{{"CiphertextBlob", sealed.text("CiphertextBlob")},
                                {"DestinationKeyId", second},
                                {"DestinationEncryptionContext", {{"a", "b"}}}});
  EXPECT_EQ(moved.text("SourceKeyId"), arn(key_));
  EXPECT_EQ(moved.text("KeyId"), arn(second));
  EXPECT_EQ(moved.text("SourceEncryptionAlgorithm"), "SYMMETRIC_DEFAULT");
  EXPECT_EQ(moved.text("DestinationEncryptionAlgorithm"), "SYMMETRIC_DEFAULT");
  const Json context{{"a", "b"}};
  EXPECT_EQ(call("Decrypt", decrypt_input(moved.text("CiphertextBlob"), context)).text("Plaintext"),
            kHello);
}

TEST_F(Crypto, SizesHaveTheLimitsOfTheApi) {
  const auto encrypt_bytes = [&](std::size_t bytes) {
    return fault("Encrypt", Json{{"KeyId", key_}, {"Plaintext", of_size(bytes)}});
  };
  EXPECT_EQ(encrypt_bytes(0), "ValidationException");
  EXPECT_EQ(encrypt_bytes(1), "");
  EXPECT_EQ(encrypt_bytes(4096), "");
  EXPECT_EQ(encrypt_bytes(4097), "ValidationException");
  const auto data_key_bytes = [&](int bytes) {
    return fault("GenerateDataKey", Json{{"KeyId", key_}, {"NumberOfBytes", bytes}});
  };
  EXPECT_EQ(data_key_bytes(0), "ValidationException");
  EXPECT_EQ(data_key_bytes(1), "");
  EXPECT_EQ(data_key_bytes(1024), "");
  EXPECT_EQ(data_key_bytes(1025), "ValidationException");
  EXPECT_EQ(fault("GenerateDataKey", Json{{"KeyId", key_}}), "ValidationException");
  EXPECT_EQ(fault("GenerateDataKey",
                  Json{{"KeyId", key_}, {"KeySpec", "AES_128"}, {"NumberOfBytes", 16}}),
            "ValidationException");
  EXPECT_EQ(fault("GenerateRandom", Json::object()), "ValidationException");
  EXPECT_EQ(fault("GenerateRandom", Json{{"NumberOfBytes", 16}, {"CustomKeyStoreId", store}}),
            "UnsupportedOperationException");
  EXPECT_EQ(fault("GenerateRandom", Json{{"NumberOfBytes", 16}, {"CustomKeyStoreId", "cks-x"}}),
            "CustomKeyStoreNotFoundException");
}

TEST_F(Crypto, TheProxySeesAsManyBytesAsTheReferenceSays) {
  ASSERT_EQ(fault("GenerateDataKey", Json{{"KeyId", key_}, {"KeySpec", "AES_256"}}), "");
  const Json& body = proxy.last("encrypt").body;
  EXPECT_EQ(base64_decode(body.at("plaintext").get<std::string>()).value().size(), 184U);
  EXPECT_EQ(body.at("ciphertextDataIntegrityValueAlgorithm"), "SHA_256");
}

TEST_F(Crypto, ContextsAreEqualOnlyIfEqual) {
  const Json context{{"a", "bc"},
                     {"Purpose", "demo"},
                     {"", ""},
                     {"nul", std::string("x\0y", 3)},
                     {"emoji", "\xf0\x9f\x94\x91"},
                     {"nfc", "\xc3\xbc"}};
  const std::string blob = encrypt(key_, context);
  EXPECT_EQ(fault("Decrypt", decrypt_input(blob, context)), "");
  std::vector<Json> others(9, context);
  others[0].erase("a");
  others[1]["more"] = "1";
  others[2].erase("Purpose");
  others[2]["purpose"] = "demo";
  others[3]["Purpose"] = "Demo";
  others[4].erase("a");
  others[4]["ab"] = "c";
  others[5].erase("");
  others[6]["nul"] = "x";
  others[7]["nfc"] = "u\xcc\x88";
  others[8] = Json::object();
  for (const Json& other : others) {
    EXPECT_EQ(fault("Decrypt", decrypt_input(blob, other)), kInvalidState) << other;
  }
  const std::string bare = encrypt(key_);
  EXPECT_EQ(fault("Decrypt", Json{{"CiphertextBlob", bare}, {"EncryptionContext", nullptr}}), "");
  EXPECT_EQ(fault("Decrypt", Json{{"CiphertextBlob", bare}}), "");
}

TEST_F(Crypto, AnAadOf8192BytesIsTheMost) {
  // header 28, count 4, two lengths 8, name 1
  const std::size_t most = 8192 - 28 - 4 - 8 - 1;
  const auto with = [&](std::size_t size) {
    return fault("Encrypt",
                 Json{{"KeyId", key_},
                      {"Plaintext", kHello},
                      {"EncryptionContext", {{"n", std::string(size, 'v')}}}});
  };
  EXPECT_EQ(with(most), "");
  EXPECT_EQ(with(most + 1), "ValidationException");
}

TEST_F(Crypto, NoAlteredBlobOpens) {
  const Bytes blob = base64_decode(encrypt(key_)).value();
  for (std::size_t i = 0; i < blob.size(); ++i) {
    Bytes altered = blob;
    altered[i] ^= 0x10U;
    const std::string name = fault("Decrypt", decrypt_input(base64_encode(altered)));
    EXPECT_TRUE(name == "InvalidCiphertextException" || name == kInvalidState ||
                name == "AccessDeniedException")
        << i << ": " << name;
  }
  for (std::size_t size = 1; size < blob.size(); ++size) {
    const std::string name =
        fault("Decrypt", decrypt_input(base64_encode(ByteView(blob).first(size))));
    EXPECT_TRUE(name == "InvalidCiphertextException" || name == kInvalidState)
        << size << ": " << name;
  }
  Bytes longer = blob;
  longer.push_back(0);
  EXPECT_EQ(fault("Decrypt", decrypt_input(base64_encode(longer))), kInvalidState);
}

TEST_F(Crypto, ABlobBelongsToOneKey) {
  const std::string second = make_key("ext-2");
  const std::string blob = encrypt(key_);
  Json input = decrypt_input(blob);
  input["KeyId"] = second;
  EXPECT_EQ(fault("Decrypt", input), "IncorrectKeyException");
  input["KeyId"] = "11111111-2222-3333-4444-555555555555";
  EXPECT_EQ(fault("Decrypt", input), "NotFoundException");
  input["KeyId"] = arn(key_);
  EXPECT_EQ(fault("Decrypt", input), "");
  EXPECT_EQ(
      fault("ReEncrypt",
            Json{{"CiphertextBlob", blob}, {"SourceKeyId", second}, {"DestinationKeyId", key_}}),
      "IncorrectKeyException");
}

TEST_F(Crypto, AnotherKmsKeyOverTheSameExternalKeyCannotOpenIt) {
  const std::string sealed = encrypt(key_);
  Json second = store_input("second");
  second["XksProxyUriPath"] = ScriptedProxy::kSecondPath;
  store = call("CreateCustomKeyStore", second).text("CustomKeyStoreId");
  ASSERT_EQ(fault("ConnectCustomKeyStore", Json{{"CustomKeyStoreId", store}}), "");
  ASSERT_EQ(settled(store), "CONNECTED");
  const std::string twin = make_key("ext-1");
  Json input = decrypt_input(sealed);
  input["KeyId"] = twin;
  EXPECT_EQ(fault("Decrypt", input), "IncorrectKeyException");
  EXPECT_EQ(call("Decrypt", decrypt_input(sealed)).text("KeyId"), arn(key_));
  // The twin's header before this key's ciphertext.
  Bytes forged = base64_decode(sealed).value();
  const Bytes header = base64_decode(encrypt(twin)).value();
  std::copy(header.begin(), header.begin() + 28, forged.begin());
  EXPECT_EQ(fault("Decrypt", decrypt_input(base64_encode(forged))), kInvalidState);
}

TEST_F(Crypto, AnAlteredDecryptAnswerDoesNotOpen) {
  const std::string blob = encrypt(key_);
  proxy.alter = [](const Seen& seen, Json& answer) {
    if (seen.operation == "decrypt") {
      Bytes bytes = base64_decode(answer.at("plaintext").get<std::string>()).value();
      bytes.back() ^= 1U;
      answer["plaintext"] = base64_encode(bytes);
    }
  };
  EXPECT_EQ(fault("Decrypt", decrypt_input(blob)), kInvalidState);
}

TEST_F(Crypto, TheProxyNeverSeesAPlaintextAndNoInnerLayerTwice) {
  const std::string marker = "MARKER-MARKER-MARKER-MARKER-MARK";
  std::set<std::string> layers;
  constexpr int kCalls = 100;
  for (int i = 0; i < kCalls; ++i) {
    ASSERT_EQ(
        fault("Encrypt", Json{{"KeyId", key_}, {"Plaintext", base64_encode(as_bytes(marker))}}),
        "");
    const Bytes inner =
        base64_decode(proxy.last("encrypt").body.at("plaintext").get<std::string>()).value();
    EXPECT_EQ(as_text(inner).find("MARKER"), std::string::npos);
    layers.insert(to_hex(ByteView(inner).first(45)));
  }
  EXPECT_EQ(layers.size(), static_cast<std::size_t>(kCalls));
  for (const Seen& seen : proxy.seen) {
    EXPECT_EQ(seen.raw_body.find("MARKER"), std::string::npos);
    EXPECT_EQ(seen.raw_body.find(base64_encode(as_bytes(marker)).substr(0, 40)), std::string::npos);
  }
}

TEST_F(Crypto, WhatTheProxyAnswersIsChecked) {
  const std::string blob = encrypt(key_);
  const auto altered = [&](const std::string& operation, auto change) {
    proxy.alter = [&](const Seen& seen, Json& answer) {
      if (seen.operation == operation) {
        change(answer);
      }
    };
    std::string name = operation == "encrypt"
                           ? fault("Encrypt", Json{{"KeyId", key_}, {"Plaintext", kHello}})
                           : fault("Decrypt", decrypt_input(blob));
    proxy.alter = nullptr;
    return name;
  };
  const auto cut = [](const char* member) {
    return [member](Json& answer) {
      Bytes bytes = base64_decode(answer.at(member).get<std::string>()).value();
      bytes.pop_back();
      answer[member] = base64_encode(bytes);
    };
  };
  EXPECT_EQ(altered("encrypt", cut("ciphertext")), kInvalidState);
  EXPECT_EQ(altered("encrypt", cut("initializationVector")), kInvalidState);
  EXPECT_EQ(altered("encrypt", cut("authenticationTag")), kInvalidState);
  EXPECT_EQ(altered("encrypt", [](Json& a) { a.erase("ciphertextDataIntegrityValue"); }),
            kInvalidState);
  EXPECT_EQ(altered("encrypt", [](Json& a) { a["ciphertextDataIntegrityValue"] = of_size(32); }),
            kInvalidState);
  EXPECT_EQ(altered("encrypt", [](Json& a) { a["ciphertextMetadata"] = of_size(21); }),
            kInvalidState);
  EXPECT_EQ(altered("encrypt", [](Json& a) { a["ciphertext"] = "%%%"; }), kInvalidState);
  EXPECT_EQ(altered("encrypt", [](Json& a) { a["unknown"] = 1; }), "");
  EXPECT_EQ(altered("decrypt", cut("plaintext")), kInvalidState);
  EXPECT_EQ(altered("decrypt", [](Json& a) { a["plaintext"] = 1; }), kInvalidState);
  EXPECT_EQ(altered("decrypt", [](Json& a) { a["unknown"] = 1; }), "");
}

TEST_F(Crypto, DryRunChecksAndCallsNobody) {
  const std::string blob = encrypt(key_);
  const std::size_t before = proxy.seen.size();
  EXPECT_EQ(fault("Encrypt", Json{{"KeyId", key_}, {"Plaintext", kHello}, {"DryRun", true}}),
            "DryRunOperationException");
  Json input = decrypt_input(blob);
  input["DryRun"] = true;
  EXPECT_EQ(fault("Decrypt", input), "DryRunOperationException");
  Json without{{"DryRun", true}};
  without["DryRunModifiers"] = Json::array({"IGNORE_CIPHERTEXT"});
  EXPECT_EQ(fault("Decrypt", without), "ValidationException") << "the key must be named";
  without["KeyId"] = key_;
  EXPECT_EQ(fault("Decrypt", without), "DryRunOperationException");
  without["DryRunModifiers"] = Json::array({"IGNORE_KEY"});
  EXPECT_EQ(fault("Decrypt", without), "ValidationException");
  EXPECT_EQ(fault("Encrypt", Json{{"KeyId", "nope"}, {"Plaintext", kHello}, {"DryRun", true}}),
            "NotFoundException");
  EXPECT_EQ(proxy.seen.size(), before);
}

TEST_F(Crypto, ReEncryptChecksTheDestinationBeforeTheSource) {
  const std::string blob = encrypt(key_);
  const std::string second = make_key("ext-2");
  const Json input{{"CiphertextBlob", blob}, {"DestinationKeyId", second}};
  ASSERT_EQ(fault("DisableKey", Json{{"KeyId", second}}), "");
  const std::size_t before = proxy.seen.size();
  EXPECT_EQ(fault("ReEncrypt", input), "DisabledException");
  EXPECT_EQ(proxy.seen.size(), before) << "nothing is decrypted in vain";
  ASSERT_EQ(fault("EnableKey", Json{{"KeyId", second}}), "");
  proxy.script = [](const Seen& seen) -> std::optional<Scripted> {
    if (seen.operation == "encrypt") {
      return Scripted::error(500, "InternalException");
    }
    return std::nullopt;
  };
  const Reply half = call("ReEncrypt", input);
  EXPECT_EQ(half.fault(), kInvalidState);
  EXPECT_FALSE(half.body.contains("CiphertextBlob"));
}

TEST_F(Crypto, OtherAlgorithmsAndRecipientsAreRefused) {
  EXPECT_EQ(fault("Encrypt",
                  Json{{"KeyId", key_},
                       {"Plaintext", kHello},
                       {"EncryptionAlgorithm", "RSAES_OAEP_SHA_256"}}),
            "InvalidKeyUsageException");
  const std::string unsupported = "UnsupportedOperationException";
  Json input = decrypt_input(encrypt(key_));
  input["Recipient"] = Json::object();
  EXPECT_EQ(fault("Decrypt", input), unsupported);
  Json data_key{{"KeyId", key_}, {"KeySpec", "AES_256"}};
  data_key["Recipient"] = Json::object();
  EXPECT_EQ(fault("GenerateDataKey", data_key), unsupported);
  EXPECT_EQ(fault("GenerateDataKeyWithoutPlaintext", data_key), "")
      << "it has no such member, and unknown members are ignored";
}

TEST_F(Crypto, AQuotaOfTheStoreThrottlesWithoutAsking) {
  options.store_quota_per_second = 1;
  start();
  make_connected_store();
  const std::string key = make_key();
  clock.now_ms += 1;  // the quota runs on the monotonic clock; this must not matter
  EXPECT_EQ(fault("Encrypt", Json{{"KeyId", key}, {"Plaintext", kHello}}), "");
  std::string name;
  for (int i = 0; i < 50 && name.empty(); ++i) {
    const std::size_t before = proxy.seen.size();
    name = fault("Encrypt", Json{{"KeyId", key}, {"Plaintext", kHello}});
    EXPECT_EQ(proxy.seen.size(), before + (name.empty() ? 1U : 0U));
  }
  EXPECT_EQ(name, "ThrottlingException");
}

}  // namespace
}  // namespace tercet::kms::test
