#include "core/secret/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tercet {
namespace {

/// Closes a descriptor when the scope ends.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  ~Descriptor() {
    if (number_ >= 0) {
      close(number_);
    }
  }

  int number() const { return number_; }

 private:
  int number_;
};

bool is_space(std::uint8_t c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

Result<SecretBytes> read_secret_file(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (file.number() < 0) {
    return Error(Errc::config_error, "read secret file " + path + ": cannot be opened")
        .hint("check that the file exists and belongs to the user of this process");
  }

  struct stat info {};

  if (fstat(file.number(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return Error(Errc::config_error, "read secret file " + path + ": not a regular file");
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error(Errc::config_error, "read secret file " + path + ": open to group or others")
        .hint("chmod 600 the file");
  }
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size == 0 || size > bytes_max) {
    return Error(Errc::config_error, "read secret file " + path + ": empty or too long");
  }
  SecretBytes content(size);
  const MutableByteView into = content.expose_mutable(SecretAccess::grant());
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = read(file.number(), into.data() + done, size - done);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return Error(Errc::config_error, "read secret file " + path + ": cannot be read whole");
    }
    done += static_cast<std::size_t>(got);
  }
  return content;
}

Result<SecretBytes> read_secret_line(const std::string& path, std::size_t bytes_max) {
  TERCET_TRY(SecretBytes content, read_secret_file(path, bytes_max));
  ByteView view = content.expose(SecretAccess::grant());
  while (!view.empty() && is_space(view.back())) {
    view = view.first(view.size() - 1);
  }
  while (!view.empty() && is_space(view.front())) {
    view = view.subspan(1);
  }
  if (view.empty()) {
    return Error(Errc::config_error, "read secret file " + path + ": empty or too long");
  }
  return SecretBytes::copy_of(view);
}

Status write_secret_file(const std::string& path, const SecretBytes& content) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.number() < 0) {
    if (errno == EEXIST) {
      return Error(Errc::already_exists, "write secret file " + path + ": it exists");
    }
    return Error(Errc::io_error, "write secret file " + path + ": cannot be created");
  }
  ByteView rest = content.expose(SecretAccess::grant());
  while (!rest.empty()) {
    const ssize_t put = write(file.number(), rest.data(), rest.size());
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put <= 0) {
      return Error(Errc::io_error, "write secret file " + path + ": cannot be written");
    }
    rest = rest.subspan(static_cast<std::size_t>(put));
  }
  if (fsync(file.number()) != 0) {
    return Error(Errc::io_error, "write secret file " + path + ": cannot be flushed");
  }
  return ok_status();
}

}  // namespace tercet
