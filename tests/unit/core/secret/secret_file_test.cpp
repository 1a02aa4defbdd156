#include "core/secret/secret_file.h"

#include <sys/stat.h>

#include <filesystem>

#include <gtest/gtest.h>

namespace tercet {
namespace {

class SecretFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "secret_file.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ + "/secret";
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  Status write(std::string_view text) const {
    return write_secret_file(path_, SecretBytes::copy_of(as_bytes(text)));
  }

  const std::string& path() const { return path_; }

 private:
  std::string folder_;
  std::string path_;
};

TEST_F(SecretFile, ComesBackAndIsPrivate) {
  ASSERT_TRUE(write("top secret\n").ok());

  struct stat info {};

  ASSERT_EQ(stat(path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(as_text(read_secret_file(path())->expose(SecretAccess::grant())), "top secret\n");
  EXPECT_EQ(as_text(read_secret_line(path())->expose(SecretAccess::grant())), "top secret");
}

TEST_F(SecretFile, IsNotOverwritten) {
  ASSERT_TRUE(write("one").ok());
  EXPECT_EQ(write("two").error().code(), Errc::already_exists);
}

TEST_F(SecretFile, IsRefusedWhenOthersMayRead) {
  ASSERT_TRUE(write("one").ok());
  ASSERT_EQ(chmod(path().c_str(), 0640), 0);
  EXPECT_EQ(read_secret_file(path()).error().code(), Errc::config_error);
}

TEST_F(SecretFile, IsRefusedWhenAbsentEmptyLongOrNoFile) {
  EXPECT_EQ(read_secret_file(path()).error().code(), Errc::config_error);
  EXPECT_EQ(read_secret_file("/dev/null").error().code(), Errc::config_error);
  ASSERT_TRUE(write("").ok());
  EXPECT_EQ(read_secret_file(path()).error().code(), Errc::config_error);
  std::filesystem::remove(path());
  ASSERT_TRUE(write(std::string(20, 'x')).ok());
  EXPECT_EQ(read_secret_file(path(), 19).error().code(), Errc::config_error);
  EXPECT_TRUE(read_secret_file(path(), 20).ok());
}

}  // namespace
}  // namespace tercet
