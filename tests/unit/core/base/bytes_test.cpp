#include "core/base/bytes.h"

#include <gtest/gtest.h>

namespace tercet {
namespace {

TEST(Hex, RoundTrips) {
  const Bytes bytes = {0x00, 0x7f, 0xff, 0x10};
  EXPECT_EQ(to_hex(bytes), "007fff10");
  EXPECT_EQ(from_hex("007FFf10").value(), bytes);
}

TEST(Hex, RefusesOddLengthAndForeignCharacters) {
  EXPECT_FALSE(from_hex("0").ok());
  EXPECT_FALSE(from_hex("0g").ok());
}

TEST(ByteReader, ReadsWhatTheWriterWrote) {
  ByteWriter writer;
  writer.u8(1).u16(2).u32(3).u64(4).text("five");
  ByteReader reader(writer.bytes());
  EXPECT_EQ(reader.u8(), 1);
  EXPECT_EQ(reader.u16(), 2);
  EXPECT_EQ(reader.u32(), 3u);
  EXPECT_EQ(reader.u64(), 4u);
  EXPECT_EQ(as_text(reader.blob(10)), "five");
  EXPECT_TRUE(reader.finish("message").ok());
}

TEST(ByteReader, FailsForGoodOnceItRanOut) {
  const Bytes bytes = {1, 2, 3};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_EQ(reader.finish("message").error().code(), Errc::peer_malformed);
}

TEST(ByteReader, RefusesABlobAboveItsLimitAndTrailingBytes) {
  ByteWriter writer;
  writer.text("too long");
  ByteReader limited(writer.bytes());
  EXPECT_TRUE(limited.blob(7).empty());
  EXPECT_TRUE(limited.failed());
  ByteReader partial(writer.bytes());
  static_cast<void>(partial.u32());
  EXPECT_FALSE(partial.finish("message").ok());
}

}  // namespace
}  // namespace tercet
