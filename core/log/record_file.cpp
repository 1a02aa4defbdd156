#include "core/log/record_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/time/clock.h"

namespace tercet {
namespace {

constexpr std::size_t kRecordBytesMax = 8UL * 1024;

}  // namespace

Result<std::unique_ptr<RecordFile>> RecordFile::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Error(Errc::io_error, "open record file " + path + ": cannot be created or written");
  }
  return std::unique_ptr<RecordFile>(new RecordFile(descriptor));
}

RecordFile::~RecordFile() {
  close(descriptor_);
}

Status RecordFile::append(std::string_view event, std::initializer_list<Field> fields) {
  std::string rest;
  for (const Field& each : fields) {
    rest += ',' + json_quote(each.name()) + ':' + each.json_value();
  }
  if (rest.size() > kRecordBytesMax) {
    rest = ",\"cut\":true,\"bytes\":" + std::to_string(rest.size());
  }
  const std::lock_guard lock(mutex_);
  ++sequence_;
  return write_line("{\"time\":\"" + print_time(system_wall_clock().now_milliseconds()) +
                    "\",\"seq\":" + std::to_string(sequence_) + ",\"event\":" + json_quote(event) +
                    rest + "}");
}

Status RecordFile::append(std::string_view json_object) {
  TERCET_CHECK(json_object.find('\n') == std::string_view::npos);
  const std::lock_guard lock(mutex_);
  ++sequence_;
  return write_line(std::string(json_object));
}

Status RecordFile::write_line(std::string line) const {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t put = ::write(descriptor_, rest.data(), rest.size());
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put <= 0) {
      return Error(Errc::io_error, "append a record: the file cannot be written")
          .hint("free space on the disk; service goes on when records can be written");
    }
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  return ok_status();
}

}  // namespace tercet
