#pragma once

#include <string>

#include <sqlite3.h>

#include "tests/sim/world/disk.h"

namespace tercet::sim {

/// A Disk as SQLite sees it. Registered under a name of its own while it lives. Knows no shared
/// memory and no locks: the product opens its database for itself alone.
class DiskVfs {
 public:
  explicit DiskVfs(Disk& disk);
  ~DiskVfs();
  DiskVfs(const DiskVfs&) = delete;
  DiskVfs& operator=(const DiskVfs&) = delete;

  const std::string& name() const { return name_; }

  // What SQLite calls, by way of C functions (disk_vfs.cpp).
  int open(const char* name, sqlite3_file* file, int flags, int* out_flags);
  int remove(const char* name);
  bool exists(const char* name) const;
  int read(const std::string& name, void* into, int amount, sqlite3_int64 offset);
  int write(const std::string& name, const void* from, int amount, sqlite3_int64 offset);
  int truncate(const std::string& name, sqlite3_int64 size);
  int sync(const std::string& name);
  sqlite3_int64 size(const std::string& name) const;

 private:
  Disk* disk_;
  std::string name_;
  sqlite3_vfs vfs_{};
};

}  // namespace tercet::sim
