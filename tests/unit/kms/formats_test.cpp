// The check values of the KMS front end reference, section 12, and what must not open.

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "core/crypto/hash.h"
#include "tests/kms/blob.h"
#include "tests/kms/context.h"
#include "tests/kms/inner_layer.h"

namespace tercet::kms {
namespace {

constexpr const char* kKeyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
constexpr MaterialId kMaterialId = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77};
constexpr std::size_t kOverhead = 152;

std::string canonical(const std::map<std::string, std::string>& context) {
  return to_hex(canonical_context(context));
}

TEST(EncryptionContext, HasTheBytesOfTheReference) {
  EXPECT_EQ(canonical({}), "00000000");
  EXPECT_EQ(canonical({{"b", "2"}, {"a", "1"}}),
            "000000020000000161000000013100000001620000000132");
  EXPECT_EQ(canonical({{"ab", "c"}}), "000000010000000261620000000163");
  EXPECT_EQ(canonical({{"a", "bc"}}), "000000010000000161000000026263");
  EXPECT_EQ(canonical({{"\xc3\xbc", ""}, {"Z", "\xc3\x9f"}}),
            "00000002000000015a00000002c39f00000002c3bc00000000");
}

Bytes check_aad() {
  ByteWriter writer;
  writer.raw(blob_header(kKeyId, kMaterialId)).raw(canonical_context({{"b", "2"}, {"a", "1"}}));
  return writer.take();
}

Bytes counting(std::uint8_t first, std::size_t size) {
  Bytes out;
  for (std::size_t i = 0; i < size; ++i) {
    out.push_back(static_cast<std::uint8_t>(first + i));
  }
  return out;
}

Bytes check_inner() {
  InnerRandom random;
  const Bytes nonce = counting(0x20, 32);
  const Bytes iv = counting(0x40, 12);
  std::copy(nonce.begin(), nonce.end(), random.nonce.begin());
  std::copy(iv.begin(), iv.end(), random.iv.begin());
  return seal_inner(
             counting(0, 32), random, kOverhead, check_aad(), as_bytes("threshold, not trust"))
      .value();
}

TEST(InnerLayer, HasTheBytesOfTheReference) {
  const Bytes inner = check_inner();
  EXPECT_EQ(inner.size(), 172U);
  EXPECT_EQ(to_hex(sha256(inner)),
            "e23c9ba3059de5cb932751b158889a9b0053ac125ffd419e52b3bef2db24fc4d");
}

TEST(InnerLayer, OpensOnlyWhatWasSealed) {
  const Bytes inner = check_inner();
  const Bytes material = counting(0, 32);
  const Result<Bytes> opened = open_inner(material, kOverhead, check_aad(), inner);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(as_text(*opened), "threshold, not trust");
  for (std::size_t i = 0; i < inner.size(); ++i) {
    Bytes altered = inner;
    altered[i] ^= 1U;
    EXPECT_FALSE(open_inner(material, kOverhead, check_aad(), altered).ok()) << i;
    EXPECT_FALSE(open_inner(material, kOverhead, check_aad(), ByteView(inner).first(i)).ok()) << i;
  }
  EXPECT_FALSE(open_inner(counting(1, 32), kOverhead, check_aad(), inner).ok());
  EXPECT_FALSE(open_inner(material, kOverhead, as_bytes("another"), inner).ok());
}

TEST(InnerLayer, AddsWhatTheKeySays) {
  for (const std::size_t overhead : {kInnerOverheadMin, kInnerOverheadMax}) {
    const Bytes inner =
        seal_inner(counting(0, 32), InnerRandom(), overhead, {}, as_bytes("x")).value();
    EXPECT_EQ(inner.size(), overhead + 1);
    const Result<Bytes> opened = open_inner(counting(0, 32), overhead, {}, inner);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(as_text(*opened), "x");
  }
}

Blob some_blob() {
  Blob blob;
  blob.key_id = kKeyId;
  blob.material_id = kMaterialId;
  blob.metadata = counting(7, 5);
  blob.iv = counting(1, 12);
  blob.tag = counting(2, 16);
  blob.ciphertext = counting(3, 100);
  return blob;
}

TEST(Blob, ComesBackAsItWas) {
  const Bytes bytes = print_blob(some_blob());
  EXPECT_EQ(to_hex(ByteView(bytes).first(kHeaderBytes)),
            "544b01021234abcd12ab34cd56ef1234567890ab0011223344556677");
  const Result<Blob> blob = parse_blob(bytes);
  ASSERT_TRUE(blob.ok());
  EXPECT_EQ(blob->key_id, kKeyId);
  EXPECT_EQ(blob->material_id, kMaterialId);
  EXPECT_EQ(blob->metadata, some_blob().metadata);
  EXPECT_EQ(blob->iv, some_blob().iv);
  EXPECT_EQ(blob->tag, some_blob().tag);
  EXPECT_EQ(blob->ciphertext, some_blob().ciphertext);
}

TEST(Blob, IsParsedStrictly) {
  Blob blob = some_blob();
  blob.metadata = counting(0, 21);
  EXPECT_FALSE(parse_blob(print_blob(blob)).ok());
  blob = some_blob();
  blob.iv = counting(0, 13);
  EXPECT_FALSE(parse_blob(print_blob(blob)).ok());
  blob = some_blob();
  blob.ciphertext = counting(0, kInnerOverheadMin - 1);
  EXPECT_FALSE(parse_blob(print_blob(blob)).ok());
  blob.ciphertext = counting(0, kInnerOverheadMin);
  EXPECT_TRUE(parse_blob(print_blob(blob)).ok());
  blob.ciphertext = Bytes(kBlobMax);
  EXPECT_FALSE(parse_blob(print_blob(blob)).ok());
  for (std::size_t i = 0; i < 4; ++i) {
    Bytes bytes = print_blob(some_blob());
    bytes[i] ^= 1U;
    EXPECT_FALSE(parse_blob(bytes).ok()) << i;
  }
}

}  // namespace
}  // namespace tercet::kms
