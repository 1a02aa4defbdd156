#pragma once

#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/log/field.h"

namespace tercet {

/// Append-only file of JSON lines, one record each, with time and a sequence number in front. Mode
/// 0600. A record is handed to the operating system before `append` returns; it is not flushed to
/// the disk. Any thread.
class RecordFile {
 public:
  /// Errors: io_error.
  static Result<std::unique_ptr<RecordFile>> open(const std::string& path);
  ~RecordFile();
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  /// Writes {"time","seq","event",fields...}. A record over 8 KiB is replaced by one that says so.
  /// Errors: io_error (disk full): the caller must stop serving (rule AU5).
  Status append(std::string_view event, std::initializer_list<Field> fields);
  /// A finished JSON object, as it is; must have no newline (checked).
  Status append(std::string_view json_object);

 private:
  explicit RecordFile(int descriptor) : descriptor_(descriptor) {}

  Status write_line(std::string line) const;

  std::mutex mutex_;
  int descriptor_;
  std::uint64_t sequence_ = 0;
};

}  // namespace tercet
