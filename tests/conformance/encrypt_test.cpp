// Encrypt and the integrity value: rows 76 to 89 and 105 to 107.

#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "core/crypto/gcm.h"
#include "core/crypto/hash.h"
#include "core/xks/framing.h"
#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

Bytes integrity_value(const XksReply& reply, ByteView aad) {
  Sha256 hash;
  hash.update(aad)
      .update(reply.bytes("ciphertextMetadata"))
      .update(reply.bytes("initializationVector"))
      .update(reply.bytes("ciphertext"))
      .update(reply.bytes("authenticationTag"));
  return to_bytes(hash.finish());
}

TEST(Conformance_Row76_88, FormOfTheAnswer) {
  for (const Bytes& aad : {Bytes(), bytes_of("with AAD")}) {
    const Sealed sealed = seal("normal", bytes_of("sixteen letters."), aad);  // checks the form
    ASSERT_GE(sealed.metadata.size(), 1U);
    EXPECT_EQ(sealed.metadata[0], 1U);  // our format version
    EXPECT_EQ(sealed.metadata.size(), 5U);
  }
}

TEST(Conformance_Row77_90, SizesOfPlaintextAndAad) {
  const auto round_trip = [](std::size_t text_bytes, std::size_t aad_bytes) {
    SCOPED_TRACE(std::to_string(text_bytes) + " with AAD of " + std::to_string(aad_bytes));
    const Bytes text = pattern(text_bytes);
    EXPECT_EQ(open("normal", seal("normal", text, pattern(aad_bytes, 2))), text);
  };
  for (const std::size_t size : {1U, 15U, 16U, 17U, 32U, 4095U, 4096U, 4300U}) {
    round_trip(size, 0);
  }
  for (const std::size_t size : {1U, 15U, 16U, 17U, 8192U}) {
    round_trip(32, size);
  }
}

TEST(Conformance_Row78, LargestRequiredSizes) {
  const Bytes text = pattern(4300);
  Json body = encrypt_json(text, pattern(8192, 2), true);
  for (const char* member :
       {"awsPrincipalArn", "kmsKeyArn", "awsSourceVpc", "awsSourceVpce", "kmsViaService"}) {
    body["requestMetadata"][member] = "arn:aws:" + std::string(2040, 'x');
  }
  const XksReply reply = encrypt("normal", body);
  ASSERT_EQ(reply.status, 200U) << reply.text();
  EXPECT_EQ(reply.bytes("ciphertextDataIntegrityValue"), integrity_value(reply, pattern(8192, 2)));
  EXPECT_EQ(open("normal", sealed_in(reply, pattern(8192, 2))), text);
}

TEST(Conformance_Row79, AboveTheImplementedSizes) {
  const std::string name = "UnsupportedOperationException";
  EXPECT_EQ(open("normal", seal("normal", pattern(270 * 16))), pattern(270 * 16));
  expect_error(encrypt("normal", encrypt_json(pattern(270 * 16 + 1))), 501, name);
  expect_error(encrypt("normal", encrypt_json(pattern(20'000))), 501, name);
  Sealed sealed = seal("normal", bytes_of("x"));
  sealed.ciphertext = pattern(270 * 16 + 1);
  expect_error(decrypt("normal", decrypt_json(sealed)), 501, name);
}

TEST(Conformance_Row80, LongAad) {
  const Sealed sealed = seal("normal", bytes_of("x"));
  for (const std::size_t size : {8193U, 16'384U, 40'000U}) {
    SCOPED_TRACE(size);
    const XksReply encrypted = encrypt("normal", encrypt_json(bytes_of("x"), pattern(size)));
    EXPECT_TRUE(encrypted.status == 200 || encrypted.status == 501) << encrypted.text();
    if (encrypted.status == 501) {
      expect_error(encrypted, 501, "UnsupportedOperationException");
    }
    Sealed with = sealed;
    with.aad = pattern(size);
    const XksReply opened = decrypt("normal", decrypt_json(with));
    EXPECT_TRUE(opened.error_name() == "InvalidCiphertextException" ||
                opened.error_name() == "UnsupportedOperationException")
        << opened.text();
  }
  for (const std::size_t size : {65'536U, 90'000U}) {
    EXPECT_EQ(encrypt("normal", encrypt_json(bytes_of("x"), pattern(size))).status, 413U);
    Sealed with = sealed;
    with.aad = pattern(size);
    EXPECT_EQ(decrypt("normal", decrypt_json(with)).status, 413U);
  }
}

TEST(Conformance_Row81, EmptyPlaintext) {
  for (const Bytes& aad : {Bytes(), bytes_of("only AAD")}) {
    const Sealed sealed = seal("normal", {}, aad);
    EXPECT_EQ(open("normal", sealed), Bytes());
    Sealed bent = sealed;
    bent.tag[0] ^= 1U;
    expect_error(decrypt("normal", decrypt_json(bent)), 400, "InvalidCiphertextException");
  }
}

TEST(Conformance_Row82, MembersMissingOrWrong) {
  const Json good = encrypt_json(bytes_of("x"), {}, true);
  for (const char* member : {"plaintext", "encryptionAlgorithm", "requestMetadata"}) {
    Json body = good;
    body.erase(member);
    expect_validation(encrypt("normal", body));
    for (const Json& other : {Json(1), Json(), Json::array(), Json::object()}) {
      body[member] = other;
      expect_validation(encrypt("normal", body));
    }
  }
  const auto with = [&](const char* member, const Json& value) {
    Json body = good;
    body[member] = value;
    return encrypt("normal", body);
  };
  for (const char* algorithm : {"AES_CBC", "aes_gcm", "AES_GCM ", "", "RSA"}) {
    expect_validation(with("encryptionAlgorithm", algorithm));
  }
  for (const Json& algorithm : {Json("SHA_512"), Json("sha_256"), Json(""), Json(1)}) {
    expect_validation(with("ciphertextDataIntegrityValueAlgorithm", algorithm));
  }
  expect_validation(with("additionalAuthenticatedData", 7));
}

TEST(Conformance_Row83_84_85, KeysThatDoNotEncrypt) {
  for (const Bytes& aad : {Bytes(), bytes_of("aad")}) {
    for (const bool integrity : {false, true}) {
      const Json body = encrypt_json(bytes_of("x"), aad, integrity);
      expect_error(encrypt("non_existing_key", body), 404, "KeyNotFoundException");
      expect_error(encrypt("decrypt_only_key", body), 400, "InvalidKeyUsageException");
      expect_error(encrypt("impotent_key", body), 400, "InvalidKeyUsageException");
      const XksReply reply = encrypt("encrypt_only_key", body);
      if (integrity) {
        expect_error(reply, 400, "InvalidKeyUsageException");
      } else {
        EXPECT_EQ(reply.status, 200U) << reply.text();
      }
    }
  }
}

TEST(Conformance_Row86_100, DisablingTakesEffectAtOnce) {
  const LiveCluster& cluster = live_cluster();
  const Json body = encrypt_json(bytes_of("x"));
  expect_error(encrypt("disabled_key", body), 400, "InvalidStateException");
  expect_error(decrypt("disabled_key", decrypt_json(seal("normal", bytes_of("x")))),
               400,
               "InvalidStateException");
  ASSERT_TRUE(cluster.create_key("switched").done());
  const Sealed sealed = seal("switched", bytes_of("x"));
  seal("switched", bytes_of("y"));  // a key in use: slots are ready for it

  std::atomic<bool> off{false};
  std::atomic<std::size_t> served_before{0};
  std::atomic<bool> stop{false};
  std::vector<std::string> wrong;  // answers that nothing explains
  std::thread others([&] {
    XksClient user(cluster.proxy());
    while (!stop) {
      const bool was_off = off;
      const XksReply reply = user.post("/keys/switched/encrypt", body.dump());
      if (reply.status == 200 && !was_off) {
        ++served_before;
      } else if (reply.error_name() != "InvalidStateException" &&
                 (was_off || reply.error_name() != "InternalException")) {
        // InternalException: for an instant one node has the command and the others do not.
        wrong.push_back((was_off ? "after: " : "before: ") + reply.text());
      }
    }
  });
  EXPECT_TRUE(eventually([&] { return served_before > 3; }));
  const CommandResult disabled = cluster.tercet({"key", "disable", "--id", "switched"});
  off = true;
  EXPECT_TRUE(disabled.done()) << disabled.output;
  expect_error(encrypt("switched", body), 400, "InvalidStateException");
  expect_error(decrypt("switched", decrypt_json(sealed)), 400, "InvalidStateException");
  stop = true;
  others.join();
  EXPECT_TRUE(wrong.empty()) << wrong.size() << " answers, as: " << wrong.front();
  const CommandResult enabled = cluster.tercet({"key", "enable", "--id", "switched"});
  EXPECT_TRUE(enabled.done()) << enabled.output;
  EXPECT_EQ(open("switched", sealed), bytes_of("x"));
  seal("switched", bytes_of("z"));
}

/// Short: the long run over 100,000 encryptions and kills of processes is another suite's.
TEST(Conformance_Row87, IvsNeverRepeat) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kEach = 40;
  std::vector<std::vector<std::string>> seen(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&seen, t] {
      LiveEndpoint endpoint = live_cluster().proxy(t % 2);
      if (t % 2 == 1) {
        endpoint.ca_file = live_cluster().file("keys/rsa-root.crt");
      }
      XksClient user(endpoint);
      for (std::size_t i = 0; i < kEach; ++i) {
        const XksReply reply = user.post("/keys/other/encrypt", encrypt_json(pattern(16)).dump());
        seen[t].push_back(reply.status == 200 ? to_hex(reply.bytes("initializationVector"))
                                              : reply.text());
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  std::set<std::string> all;
  for (const std::vector<std::string>& some : seen) {
    for (const std::string& iv : some) {
      EXPECT_EQ(iv.size(), 24U) << iv;
      EXPECT_TRUE(all.insert(iv).second) << iv;
    }
  }
  EXPECT_EQ(all.size(), kThreads * kEach);
  // The nodes note every IV that they made, also of slots that nobody used.
  std::ifstream audit(live_cluster().file("node-1/audit.jsonl"));
  std::set<std::string> made;
  for (std::string line; std::getline(audit, line);) {
    const Json entry = Json::parse(line, nullptr, false);
    if (entry.is_object() && entry.value("operation", "") == "make_slots" &&
        entry.value("key", "") == "other") {
      std::istringstream ivs(entry.at("ivs").get<std::string>());
      for (std::string iv; ivs >> iv;) {
        EXPECT_TRUE(made.insert(iv).second) << iv;
      }
    }
  }
  EXPECT_GE(made.size(), all.size());
}

TEST(Conformance_Row89, ImportedKeysAgreeWithOpenssl) {
  const Bytes key = imported_key();
  for (const std::size_t size : {0U, 1U, 20U, 300U}) {
    for (const Bytes& aad : {Bytes(), bytes_of("tenant=blue;purpose=demo")}) {
      const Sealed framed = seal("imported", pattern(size), aad);
      const Bytes gcm_aad = xks::gcm_aad(aad, framed.metadata).value();
      const auto opened = aes256gcm_decrypt(key, framed.iv, gcm_aad, framed.ciphertext, framed.tag);
      ASSERT_TRUE(opened.ok()) << size;
      EXPECT_EQ(*opened, pattern(size));
      const Sealed raw = seal("imported_raw", pattern(size), aad);
      EXPECT_TRUE(raw.metadata.empty());
      const auto raw_opened = aes256gcm_decrypt(key, raw.iv, raw.aad, raw.ciphertext, raw.tag);
      ASSERT_TRUE(raw_opened.ok()) << size;
      EXPECT_EQ(*raw_opened, pattern(size));
    }
  }
}

TEST(Conformance_Row105, OfficialExampleAndVectors) {
  const auto value =
      [](const char* aad, const char* meta, const char* iv, const char* text, const char* tag) {
        const auto hex = [](const char* digits) { return from_hex(digits).value(); };
        return base64(xks::cdiv(hex(aad), hex(meta), hex(iv), hex(text), hex(tag)));
      };
  EXPECT_EQ(value("70726f6a6563743d6e696c652c6465706172746d656e743d6d61726b6574696e67",
                  "6b65795f76657273696f6e3d31",
                  "1ccae5470f39700254779031",
                  "821c642b5b71783367deaf18",
                  "bc1c4dda7707d6812447c5955e99b261"),
            "qHA/ImC9h5HsLRXqCyPmWgYx7tzyoTplzILbP0fPXsc=");
  EXPECT_EQ(value("74656e616e743d626c75653b707572706f73653d64656d6f",
                  "0100000007",
                  "a0a1a2a3a4a5a6a7a8a9aaab",
                  "92700e4836a36dd30649a7bd680ee0aa02d92a64",
                  "a431dfd8a8909d1ee87c33ac7bd0168b"),
            "bXxx96GWifO/Z1UYYSFQHR5kZj5TS0Y9TzicqYXEBdA=");
}

TEST(Conformance_Row106_107, IntegrityValueWhenAskedFor) {
  for (const Bytes& aad : {Bytes(), bytes_of("some AAD"), pattern(8192)}) {
    for (const std::size_t size : {0U, 1U, 100U}) {
      const XksReply reply = encrypt("normal", encrypt_json(pattern(size), aad, true));
      ASSERT_EQ(reply.status, 200U) << reply.text();
      const std::string text = reply.json.value("ciphertextDataIntegrityValue", "");
      EXPECT_EQ(text.size(), 44U);
      EXPECT_EQ(reply.bytes("ciphertextDataIntegrityValue"), integrity_value(reply, aad));
    }
    const XksReply without = encrypt("normal", encrypt_json(bytes_of("x"), aad, false));
    EXPECT_EQ(without.status, 200U);
    EXPECT_FALSE(without.json.contains("ciphertextDataIntegrityValue"));
  }
}

}  // namespace
}  // namespace tercet::test
