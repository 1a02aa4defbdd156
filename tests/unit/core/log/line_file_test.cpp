#include "core/log/line_file.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/full_disk.h"
#include "tests/support/temporary_directory.h"

namespace tercet {
namespace {

namespace fs = std::filesystem;

class LineFileTest : public ::testing::Test {
 protected:
  std::unique_ptr<LineFile> opened() const { return LineFile::open(path_).value(); }

  static std::string text_at(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string text() const { return text_at(path_); }

  void put(std::string_view text) const { std::ofstream(path_, std::ios::binary) << text; }

  test::TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/lines";
};

TEST_F(LineFileTest, AppendsLinesToAFileOfItsUserAlone) {
  ASSERT_TRUE(opened()->append("one").ok());
  ASSERT_TRUE(opened()->append("two").ok());
  EXPECT_EQ(text(), "one\ntwo\n");
  EXPECT_EQ(fs::status(path_).permissions() & (fs::perms::group_all | fs::perms::others_all),
            fs::perms::none);
}

TEST_F(LineFileTest, SaysWhyItCannotWriteOrOpen) {
  const std::unique_ptr<LineFile> full = LineFile::open("/dev/full").value();
  const Status written = full->append("one");
  EXPECT_EQ(written.error().code(), Errc::io_error);
  EXPECT_NE(std::string(written.error().what()).find("No space left"), std::string::npos);
  const auto none = LineFile::open("/nonexistent/file");
  EXPECT_EQ(none.error().code(), Errc::io_error);
  EXPECT_NE(std::string(none.error().what()).find("No such file"), std::string::npos);
}

TEST_F(LineFileTest, ALineThatFoundNoRoomIsCutOff) {
  const std::unique_ptr<LineFile> file = opened();
  ASSERT_TRUE(file->append("one").ok());
  {
    const test::FullDisk full(10);
    EXPECT_FALSE(file->append("a line that is cut within").ok());
    EXPECT_EQ(text(), "one\n");
  }
  ASSERT_TRUE(file->append("three").ok());
  EXPECT_EQ(text(), "one\nthree\n");
}

TEST_F(LineFileTest, ATornEndThatWasThereIsClosed) {
  put("{\"torn\":");
  const std::unique_ptr<LineFile> file = opened();
  ASSERT_TRUE(file->append("two").ok());
  ASSERT_TRUE(file->append("three").ok());
  EXPECT_EQ(text(), "{\"torn\":\ntwo\nthree\n");
}

TEST_F(LineFileTest, ATornEndStaysOneWhileNothingCanBeWritten) {
  put("{\"torn\":");
  const std::unique_ptr<LineFile> file = opened();
  {
    const test::FullDisk full(8);
    EXPECT_FALSE(file->append("two").ok());
  }
  {
    const test::FullDisk full(9);  // the end of the torn line finds room, no more
    EXPECT_FALSE(file->append("two").ok());
  }
  ASSERT_TRUE(file->append("three").ok());
  EXPECT_EQ(text(), "{\"torn\":\nthree\n");
}

TEST_F(LineFileTest, SeesWhatOthersDoAndWritesWhereItIsFound) {
  const std::unique_ptr<LineFile> file = opened();
  ASSERT_TRUE(file->append("one").ok());
  EXPECT_EQ(file->keep_in_place(), FileFate::in_place);

  fs::remove(path_);
  EXPECT_EQ(file->keep_in_place(), FileFate::gone);
  ASSERT_TRUE(file->append("two").ok());
  EXPECT_EQ(text(), "two\n");
  EXPECT_EQ(file->keep_in_place(), FileFate::in_place);

  fs::rename(path_, path_ + ".away");
  put("");
  EXPECT_EQ(file->keep_in_place(), FileFate::replaced);
  ASSERT_TRUE(file->append("three").ok());
  EXPECT_EQ(text(), "three\n");

  fs::resize_file(path_, 0);
  EXPECT_EQ(file->keep_in_place(), FileFate::truncated);
  EXPECT_EQ(file->keep_in_place(), FileFate::in_place);
  ASSERT_TRUE(file->append("four").ok());
  EXPECT_EQ(text(), "four\n");
}

TEST_F(LineFileTest, SeesThatItWasTruncatedAlsoWhenItHasGrownAgain) {
  const std::unique_ptr<LineFile> file = opened();
  ASSERT_TRUE(file->append("one").ok());
  fs::resize_file(path_, 0);
  ASSERT_TRUE(file->append("a longer line").ok());
  EXPECT_EQ(file->keep_in_place(), FileFate::truncated);
  EXPECT_EQ(file->keep_in_place(), FileFate::in_place);
}

TEST_F(LineFileTest, WritesNothingWhereNobodyFindsIt) {
  const std::string folder = directory_.path() + "/folder";
  fs::create_directory(folder);
  const std::unique_ptr<LineFile> file = LineFile::open(folder + "/lines").value();
  fs::rename(folder, folder + ".away");
  EXPECT_EQ(file->keep_in_place(), FileFate::gone);
  EXPECT_EQ(file->append("lost").error().code(), Errc::io_error);
  fs::create_directory(folder);
  ASSERT_TRUE(file->append("kept").ok());
  EXPECT_EQ(text_at(folder + "/lines"), "kept\n");
  EXPECT_EQ(text_at(folder + ".away/lines"), "");
}

TEST_F(LineFileTest, ReopensForRotationAndKeepsTheOldOneWhereThatFails) {
  const std::unique_ptr<LineFile> file = opened();
  ASSERT_TRUE(file->append("one").ok());
  fs::rename(path_, path_ + ".1");
  ASSERT_TRUE(file->reopen().ok());
  ASSERT_TRUE(file->append("two").ok());
  EXPECT_EQ(text_at(path_ + ".1"), "one\n");
  EXPECT_EQ(text(), "two\n");

  fs::rename(path_, path_ + ".2");
  fs::create_directory(path_);
  EXPECT_FALSE(file->reopen().ok());
  ASSERT_TRUE(file->append("three").ok());
  EXPECT_EQ(text_at(path_ + ".2"), "two\nthree\n");
}

TEST_F(LineFileTest, ShowsItsEnd) {
  put("one\ntwo\nthree");
  EXPECT_EQ(opened()->tail(9).value(), "two\nthree");
  EXPECT_EQ(opened()->tail(100).value(), "one\ntwo\nthree");
  EXPECT_EQ(LineFile::open("/dev/null").value()->tail(9).value(), "");
}

/// An audit or a request log that waited for a reader would stop whoever answers requests.
TEST_F(LineFileTest, APipeThatNobodyReadsFailsAndIsWrittenAgainOnceItIsRead) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const std::unique_ptr<LineFile> file = opened();
  const std::string line(1000, 'x');
  int written = 0;
  while (file->append(line).ok()) {
    ++written;
  }
  EXPECT_GT(written, 0);
  EXPECT_EQ(file->append(line).error().code(), Errc::io_error);
  std::ifstream reader(path_);
  for (int i = 0; i < written; ++i) {
    std::string read;
    ASSERT_TRUE(std::getline(reader, read));
    EXPECT_EQ(read, line);
  }
  EXPECT_TRUE(file->append("again").ok());
}

TEST_F(LineFileTest, ClosesALineThatSomebodyElseCut) {
  const std::unique_ptr<LineFile> file = opened();
  ASSERT_TRUE(file->append("a line that is cut").ok());
  fs::resize_file(path_, 6);
  ASSERT_TRUE(file->append("whole").ok());
  EXPECT_EQ(text(), "a line\nwhole\n");
}

TEST_F(LineFileTest, APipeHasNoEndToShow) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const std::unique_ptr<LineFile> file = opened();
  ASSERT_TRUE(file->append("one").ok());
  const Result<std::string> end = file->tail(9);
  ASSERT_TRUE(end.ok()) << end.error().to_string();
  EXPECT_EQ(*end, "");
}

}  // namespace
}  // namespace tercet
