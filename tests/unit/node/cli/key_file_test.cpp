#include "node/cli/key_file.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "core/secret/access.h"
#include "tests/support/temporary_directory.h"

namespace tercet::cli {
namespace {

using test::TemporaryDirectory;

Result<SecretBytes> read(const std::string& content, unsigned mode = 0600) {
  const TemporaryDirectory dir;
  std::ofstream(dir.file("key"), std::ios::binary) << content;
  std::filesystem::permissions(dir.file("key"), std::filesystem::perms(mode));
  return read_key_file(dir.file("key"));
}

std::string hex_of(const SecretBytes& key) {
  return to_hex(key.expose(SecretAccess::grant()));
}

TEST(KeyFile, HoldsRawBytesOrHexadecimalDigits) {
  const std::string hex = "00112233445566778899aabbccddeeff0123456789abcdef0f1e2d3c4b5a6978";
  const Bytes raw = from_hex(hex).value();
  EXPECT_EQ(hex_of(read(std::string(as_text(raw))).value()), hex);
  EXPECT_EQ(hex_of(read(hex).value()), hex);
  EXPECT_EQ(hex_of(read(hex + "\n").value()), hex);
  std::string upper = hex;
  for (char& c : upper) {
    c = static_cast<char>(std::toupper(c));
  }
  EXPECT_EQ(hex_of(read(upper + "\r\n").value()), hex);
}

TEST(KeyFile, RefusesEverythingElse) {
  EXPECT_FALSE(read("").ok());
  EXPECT_FALSE(read(std::string(31, 'a')).ok());
  EXPECT_FALSE(read(std::string(33, 'a')).ok());
  EXPECT_FALSE(read(std::string(63, 'a')).ok());
  EXPECT_FALSE(read(std::string(63, 'a') + "g").ok());
  EXPECT_FALSE(read(std::string(63, 'a') + "@").ok());
  EXPECT_FALSE(read(std::string(63, 'a') + "/").ok());
  EXPECT_FALSE(read(std::string(200, 'a')).ok());
  EXPECT_FALSE(read_key_file("/absent/key").ok());
}

TEST(KeyFile, RefusesAFileThatOthersMayRead) {
  EXPECT_FALSE(read(std::string(32, 'k'), 0644).ok());
}

}  // namespace
}  // namespace tercet::cli
