#include "node/store/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tercet::node {
namespace {

Error refused(const std::string& path, const std::string& why) {
  return Error(Errc::storage_error, "open the data directory " + path + ": " + why);
}

Status check_owner_and_mode(const std::string& path, const struct stat& found, mode_t wanted) {
  if (found.st_uid != ::geteuid()) {
    return refused(path, "it belongs to another user").hint("chown it to the user of tercet-node");
  }
  if ((found.st_mode & 077) != 0) {
    return refused(path, "others may read or write it")
        .hint(wanted == 0700 ? "chmod 0700 the directory" : "chmod 0600 the file");
  }
  return ok_status();
}

Status check_files(const std::string& path) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(path, failed)) {
    struct stat found {};

    const std::string name = entry.path().string();
    if (::lstat(name.c_str(), &found) != 0) {
      continue;  // gone meanwhile
    }
    if (S_ISLNK(found.st_mode)) {
      return refused(name, "it is a symbolic link").hint("put the file itself there");
    }
    TERCET_TRY_STATUS(check_owner_and_mode(name, found, S_ISDIR(found.st_mode) ? 0700 : 0600));
  }
  if (failed) {
    return refused(path, "it cannot be read").hint("check its mode and file system");
  }
  return ok_status();
}

}  // namespace

Result<std::unique_ptr<DataDirectory>> DataDirectory::open(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return refused(path,
                   std::string("it cannot be made: ") + std::generic_category().message(errno))
        .hint("make its parent directory, or set data_dir in node.yaml");
  }

  struct stat found {};

  if (::lstat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
    return refused(path, "it is not a directory").hint("set data_dir in node.yaml");
  }
  TERCET_TRY_STATUS(check_owner_and_mode(path, found, 0700));
  TERCET_TRY_STATUS(check_files(path));
  const std::string lock_path = path + "/lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) {
    return refused(path,
                   std::string("it cannot be written: ") + std::generic_category().message(errno))
        .hint("the file system must be writable for the user of tercet-node");
  }
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return refused(path, "another process uses it")
        .hint("stop the other tercet-node first; two must never share a directory");
  }
  return std::unique_ptr<DataDirectory>(new DataDirectory(path, lock));
}

DataDirectory::~DataDirectory() {
  ::close(lock_);  // the file stays: removing it would let two processes lock two files
}

}  // namespace tercet::node
