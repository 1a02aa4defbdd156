#include "tests/e2e/key_ledger.h"

#include <utility>

#include <gtest/gtest.h>

#include "core/crypto/gcm.h"
#include "core/xks/framing.h"

namespace tercet::test {
namespace {

constexpr std::string_view kAad = "the life of keys";

std::string path_of(const std::string& key, const std::string& operation) {
  return "/keys/" + key + "/" + operation;
}

}  // namespace

void KeyLedger::made(const std::string& key, std::optional<Bytes> imported) {
  Entry entry;
  entry.raw = std::move(imported);
  keys_.emplace(key, std::move(entry));
}

std::vector<std::string> KeyLedger::names() const {
  std::vector<std::string> out;
  for (const auto& [name, entry] : keys_) {
    out.push_back(name);
  }
  return out;
}

void KeyLedger::check_against_openssl(const std::string& key,
                                      const Entry& entry,
                                      const Sealed& sealed,
                                      const std::string& plaintext) {
  const Bytes aad = xks::gcm_aad(as_bytes(kAad), sealed.metadata).value();
  const Result<Bytes> opened =
      aes256gcm_decrypt(*entry.raw, sealed.iv, aad, sealed.ciphertext, sealed.tag);
  ASSERT_TRUE(opened.ok()) << key << ": not under the key that was imported";
  EXPECT_EQ(as_text(*opened), plaintext);
}

void KeyLedger::check(XksClient& client, const std::string& key) {
  Entry& entry = keys_.at(key);
  const std::string plaintext = key + ", " + std::to_string(entry.sealed.size());
  const XksReply reply = client.post(path_of(key, "encrypt"), encrypt_body(plaintext, kAad));
  if (!entry.enabled) {
    EXPECT_EQ(reply.error_name(), "InvalidStateException") << key << ": " << reply.text();
    return;
  }
  ASSERT_EQ(reply.status, 200U) << key << ": " << reply.text();
  const Sealed fresh(reply);
  if (entry.raw && !entry.was_rotated) {
    check_against_openssl(key, entry, fresh, plaintext);
  }
  entry.sealed.emplace(plaintext, fresh);
  for (const auto& [expected, sealed] : entry.sealed) {
    const XksReply opened = client.post(path_of(key, "decrypt"), decrypt_body(sealed, kAad));
    ASSERT_EQ(opened.status, 200U) << key << ", \"" << expected << "\": " << opened.text();
    EXPECT_EQ(as_text(opened.bytes("plaintext")), expected) << key;
  }
}

void KeyLedger::check_all(XksClient& client) {
  for (const std::string& key : names()) {
    check(client, key);
  }
}

}  // namespace tercet::test
