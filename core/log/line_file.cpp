#include "core/log/line_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace tercet {
namespace {

constexpr const char* kAppendHint =
    "free space on its disk, or mend its folder: it goes on by itself when lines can be written";

std::string last_reason() {
  return std::generic_category().message(errno);
}

/// The size of a regular file; 0 of a pipe, a terminal, a device.
off_t size_of(int descriptor) {
  struct stat seen {};

  return fstat(descriptor, &seen) == 0 && S_ISREG(seen.st_mode) ? seen.st_size : 0;
}

bool ends_within_a_line(int descriptor, off_t size) {
  char last = '\n';
  return size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != '\n';
}

Result<int> open_descriptor(const std::string& path, WhenStalled stalled) {
  // Read as well: how it ends, and the last number in it.
  const int mode = stalled == WhenStalled::fails ? O_NONBLOCK : 0;
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | mode, 0600);
  if (descriptor < 0) {
    return Error(Errc::io_error, "open '" + path + "' to append lines: " + last_reason())
        .hint("its folder must be there, and file and folder belong to the user of this process");
  }
  return descriptor;
}

/// How many bytes were taken; all of them, or errno says why not.
std::size_t put_all(int descriptor, std::string_view text) {
  std::size_t put = 0;
  while (put < text.size()) {
    const ssize_t more = write(descriptor, text.data() + put, text.size() - put);
    if (more < 0 && errno == EINTR) {
      continue;
    }
    if (more <= 0) {
      break;
    }
    put += static_cast<std::size_t>(more);
  }
  return put;
}

}  // namespace

std::string_view print_file_fate(FileFate fate) {
  switch (fate) {
    case FileFate::in_place:
      return "in place";
    case FileFate::gone:
      return "deleted or moved away";
    case FileFate::replaced:
      return "replaced by another file";
    case FileFate::truncated:
      return "truncated";
  }
  return "in place";
}

LineFile::LineFile(std::string path, WhenStalled stalled, int descriptor)
    : path_(std::move(path)), stalled_(stalled) {
  take(descriptor);
}

Result<std::unique_ptr<LineFile>> LineFile::open(const std::string& path, WhenStalled stalled) {
  TERCET_TRY(const int descriptor, open_descriptor(path, stalled));
  return std::unique_ptr<LineFile>(new LineFile(path, stalled, descriptor));
}

std::unique_ptr<LineFile> LineFile::standard_error() {
  return std::unique_ptr<LineFile>(new LineFile("", WhenStalled::waits, STDERR_FILENO));
}

LineFile::~LineFile() {
  if (!path_.empty() && descriptor_ >= 0) {
    close(descriptor_);
  }
}

void LineFile::take(int descriptor) {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
  descriptor_ = descriptor;
  size_ = size_of(descriptor);
  torn_ = ends_within_a_line(descriptor, size_);
  truncated_ = false;
}

Status LineFile::open_anew() {
  TERCET_TRY(const int descriptor, open_descriptor(path_, stalled_));
  take(descriptor);
  return ok_status();
}

Status LineFile::append(std::string_view line) {
  TERCET_CHECK(line.find('\n') == std::string_view::npos);
  const std::lock_guard lock(mutex_);
  if (descriptor_ < 0) {
    TERCET_TRY_STATUS(open_anew());
  }
  const off_t before = size_of(descriptor_);
  truncated_ = truncated_ || before < size_;
  if (before != size_) {  // somebody else wrote or cut
    torn_ = ends_within_a_line(descriptor_, before);
  }
  std::string text = torn_ ? "\n" : "";
  text += line;
  text += '\n';
  const std::size_t put = put_all(descriptor_, text);
  if (put < text.size()) {
    const std::string reason = last_reason();
    mend_end(before, put);
    return Error(Errc::io_error,
                 "append a line to " + (path_.empty() ? "standard error" : "'" + path_ + "'") +
                     ": " + reason)
        .hint(kAppendHint);
  }
  torn_ = false;
  size_ = size_of(descriptor_);
  return ok_status();
}

void LineFile::mend_end(off_t before, std::size_t put) {
  const off_t now = size_of(descriptor_);
  const bool only_ours = now == before + static_cast<off_t>(put);
  if (put == 0 || (only_ours && ftruncate(descriptor_, before) == 0)) {
    return;  // it ends as it did
  }
  size_ = now;
  torn_ = now == 0 || ends_within_a_line(descriptor_, now);  // what went into a pipe is there
}

Status LineFile::reopen() {
  const std::lock_guard lock(mutex_);
  return path_.empty() ? ok_status() : open_anew();
}

FileFate LineFile::fate() const {
  struct stat own {};

  if (path_.empty() || fstat(descriptor_, &own) != 0 || !S_ISREG(own.st_mode)) {
    return FileFate::in_place;
  }

  struct stat there {};

  if (stat(path_.c_str(), &there) != 0) {
    return FileFate::gone;
  }
  if (there.st_dev != own.st_dev || there.st_ino != own.st_ino) {
    return FileFate::replaced;
  }
  return truncated_ || own.st_size < size_ ? FileFate::truncated : FileFate::in_place;
}

FileFate LineFile::keep_in_place() {
  const std::lock_guard lock(mutex_);
  if (descriptor_ < 0) {
    return FileFate::in_place;  // told when it was lost; append() tries
  }
  const FileFate found = fate();
  if (found != FileFate::in_place && !open_anew()) {
    close(std::exchange(descriptor_, -1));
  }
  return found;
}

Result<std::string> LineFile::tail(std::size_t bytes_max) const {
  const std::lock_guard lock(mutex_);
  const auto wanted = std::min(static_cast<std::size_t>(size_), bytes_max);
  if (wanted == 0) {
    return std::string();  // empty, or no regular file: a pipe refuses even to read nothing
  }
  std::string out(wanted, '\0');
  const ssize_t got = pread(descriptor_, out.data(), wanted, size_ - static_cast<off_t>(wanted));
  if (got != static_cast<ssize_t>(wanted)) {
    return Error(Errc::io_error, "read the end of '" + path_ + "': " + last_reason());
  }
  return out;
}

}  // namespace tercet
