#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/codec/base64.h"
#include "core/codec/uuid.h"
#include "core/random/deterministic.h"

namespace tercet {
namespace {

TEST(Base64, KnownAnswersOfRfc4648) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : cases) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), encoded);
    EXPECT_EQ(as_text(base64_decode(encoded).value()), plain);
  }
  EXPECT_EQ(base64_encode(Bytes{0xfb, 0xff, 0xbf}), "+/+/");
}

TEST(Base64, ComesBackForEveryLengthAndByte) {
  DeterministicRandom random(10);
  for (std::size_t size = 0; size < 600; ++size) {
    Bytes bytes(size);
    random.fill(bytes);
    const std::string text = base64_encode(bytes);
    EXPECT_EQ(text.size(), base64_size(size));
    EXPECT_EQ(base64_decode(text).value(), bytes);
    EXPECT_EQ(as_text(as_bytes(text)), as_text(as_bytes(base64_encode_wiping(bytes))));
    EXPECT_EQ(to_bytes(base64_decode_secret(text)->expose(SecretAccess::grant())), bytes);
  }
}

TEST(Base64, EveryCharacterOutsideTheAlphabetIsRefused) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int c = 0; c < 256; ++c) {
    std::string text = "AAAA";
    text[1] = static_cast<char>(c);
    const bool known = alphabet.find(text[1]) != std::string::npos;
    EXPECT_EQ(base64_decode(text).ok(), known) << c;
  }
}

TEST(Base64, WrongPaddingLengthAndUnusedBitsAreRefused) {
  for (const char* text : {"A",
                           "AA",
                           "AAA",
                           "AAAAA",
                           "=",
                           "==",
                           "====",
                           "A===",
                           "AA=A",
                           "AA==AAAA",
                           "AB==",
                           "AAB=",
                           "AA==\n",
                           " AAA",
                           "AA-_",
                           "AAAA\n"}) {
    EXPECT_FALSE(base64_decode(text).ok()) << text;
    EXPECT_FALSE(base64_decode_secret(text).ok()) << text;
  }
}

TEST(Uuid, HasVersionFourAndDiffers) {
  DeterministicRandom random(11);
  const std::string first = make_uuid(random);
  EXPECT_TRUE(is_uuid(first));
  EXPECT_EQ(first[14], '4');
  EXPECT_NE(std::string("89ab").find(first[19]), std::string::npos);
  EXPECT_NE(first, make_uuid(random));
}

TEST(Uuid, OtherTextIsNone) {
  EXPECT_FALSE(is_uuid(""));
  EXPECT_FALSE(is_uuid("00000000-0000-0000-0000-00000000000"));
  EXPECT_FALSE(is_uuid("00000000-0000-0000-0000-00000000000g"));
  EXPECT_FALSE(is_uuid("000000000000000000000000000000000000"));
  EXPECT_TRUE(is_uuid("00000000-0000-0000-0000-00000000000A"));
}

}  // namespace
}  // namespace tercet
