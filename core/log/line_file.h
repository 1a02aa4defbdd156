#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace tercet {

/// What others did to a file while it was open.
enum class FileFate : std::uint8_t {
  in_place,   ///< nothing
  gone,       ///< deleted or moved away: nothing stands at its path
  replaced,   ///< another file stands at its path
  truncated,  ///< shorter than it was after the last line
};

/// "deleted or moved away", for log and records.
std::string_view print_file_fate(FileFate fate);

/// What becomes of a line where nobody reads the other end of a pipe.
enum class WhenStalled : std::uint8_t {
  fails,  ///< it is not written: for whoever must go on
  waits,  ///< for a thread of its own
};

/// The one way to append lines: audit, request log, log. Every line is whole and by itself,
/// whatever happened before it: what a failed write left is cut off, and a torn end that cannot be
/// cut (or was there when the file was opened) is closed before the next line. Mode 0600. A line is
/// handed to the operating system before `append` returns; it is not flushed to the disk.
/// Threads: any.
class LineFile {
 public:
  /// Made if it is not there. Errors: io_error.
  static Result<std::unique_ptr<LineFile>> open(const std::string& path,
                                                WhenStalled stalled = WhenStalled::fails);
  /// Has no path: is always in place, and stays open.
  static std::unique_ptr<LineFile> standard_error();

  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  /// One line without its newline (checked). Errors: io_error (disk full, a pipe that nobody reads,
  /// no file at its path and none can be made); then nothing of the line counts.
  Status append(std::string_view line);

  /// For rotation: from now on writes to what stands at its path, made if it is not there. Errors:
  /// io_error; then the file that was open stays so.
  Status reopen();

  /// What others did to it. If anything, it is opened anew, as by reopen(): what is written into a
  /// file that nobody finds is lost. Where that fails, `append` fails until it can be opened.
  FileFate keep_in_place();

  /// Up to so many of its last bytes; "" where it is no regular file. Errors: io_error.
  Result<std::string> tail(std::size_t bytes_max) const;

 private:
  LineFile(std::string path, WhenStalled stalled, int descriptor);

  Status open_anew();
  void take(int descriptor);
  FileFate fate() const;
  void mend_end(off_t before, std::size_t put);

  mutable std::mutex mutex_;
  std::string path_;  ///< empty: standard error
  WhenStalled stalled_;
  int descriptor_ = -1;  ///< -1: it was lost, and cannot be opened
  off_t size_ = 0;       ///< after the last line; 0 of what is no regular file
  bool torn_ = false;    ///< ends within a line
  bool truncated_ = false;
};

}  // namespace tercet
