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

constexpr const char* kLockName = "lock";

bool exists(const std::string& path) {
  struct stat found {};

  return ::lstat(path.c_str(), &found) == 0;
}

Status check_data(const std::string& path, StartWith start, const std::string& database) {
  if (start == StartWith::its_data) {
    return exists(path + "/" + database)
               ? ok_status()
               : refused(path, "it holds no data of a node").hint(kNoDataHint);
  }
  // A log without its database would be taken for the new database's.
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(path, failed)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(database)) {
      return refused(path, "it holds " + name + ", so this is not a node's first start")
          .hint("start without --init; if the data is of no use, move it away first");
    }
  }
  return ok_status();  // that it can be read was checked
}

}  // namespace

Result<std::unique_ptr<DataDirectory>> DataDirectory::open(const std::string& path,
                                                           StartWith start,
                                                           const std::string& database) {
  if (start == StartWith::its_data && !exists(path)) {
    return refused(path, "it is not there").hint(kNoDataHint);
  }
  if (start == StartWith::nothing && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
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
  TERCET_TRY_STATUS(check_data(path, start, database));
  const std::string lock_path = path + "/" + kLockName;
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
  std::unique_ptr<DataDirectory> directory(new DataDirectory(path, lock));
  TERCET_TRY_STATUS(directory->watch(kLockName));
  return directory;
}

Status DataDirectory::watch(const std::string& name) {
  struct stat found {};

  if (::lstat(file(name).c_str(), &found) != 0) {
    return refused(path_, name + " is gone");
  }
  watched_.push_back(Watched{name, found.st_dev, found.st_ino});
  return ok_status();
}

Status DataDirectory::check_in_place() const {
  for (const Watched& watched : watched_) {
    struct stat found {};

    const bool there = ::lstat(file(watched.name).c_str(), &found) == 0;
    if (!there || found.st_dev != watched.device || found.st_ino != watched.inode) {
      return Error(Errc::storage_error,
                   "use the data directory " + path_ + ": its file " + watched.name +
                       (there ? " was replaced" : " is gone"))
          .hint(
              "nothing that is written now is kept: bring the directory back, or restore this "
              "node's backup, then start again");
    }
  }
  return ok_status();
}

DataDirectory::~DataDirectory() {
  ::close(lock_);  // the file stays: removing it would let two processes lock two files
}

}  // namespace tercet::node
