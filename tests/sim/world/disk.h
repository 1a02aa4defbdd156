#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/random/random.h"

namespace tercet::sim {

class DiskVfs;

/// Not Bytes, which wipes what it frees: that took a fifth of the time of a run.
using DiskBytes = std::vector<std::uint8_t>;

/// What lies on a disk while no process uses it: files by name.
using DiskImage = std::map<std::string, DiskBytes>;

/// One write that was not synced yet; no bytes: the file was cut to `offset`.
class UnsyncedWrite {
 public:
  UnsyncedWrite() = default;
  std::size_t offset = 0;
  bool cut = false;
  DiskBytes bytes;
};

/// One file: as the process sees it, and what of it would survive.
class DiskFile {
 public:
  DiskFile() = default;
  DiskBytes seen;
  DiskBytes synced;
  std::vector<UnsyncedWrite> unsynced;  ///< in order, since the last sync
  bool created = true;                  ///< its name survives from the first sync on
};

/// What the disk does with an operation.
enum class DiskFate : std::uint8_t { done, failed };

/// The disk of one running process, behind SQLite's VFS interface. Keeps apart what was synced: a
/// crash keeps that, and of the rest some writes whole, some torn at a sector, some not at all.
///
/// After `crash` it serves on for the ghost of the process, and nobody looks at it any more.
class Disk {
 public:
  /// Called before each operation: "read", "write", "sync", ... May crash the process.
  using Watch = std::function<DiskFate(std::string_view operation, const std::string& file)>;

  Disk(const DiskImage& image, RandomSource& random, Watch watch);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// For node::DatabaseOptions.
  const std::string& vfs_name() const { return vfs_name_; }

  /// No file may grow so that all together are larger; SQLite says "the disk is full" then.
  void set_capacity(std::size_t bytes) { capacity_ = bytes; }

  std::size_t used() const;

  /// What survives if the machine stops now.
  DiskImage crash();
  /// What lies there if the process ends now and its machine lives: everything it wrote.
  DiskImage contents() const;

 private:
  friend class DiskVfs;

  DiskFate watch(std::string_view operation, const std::string& file) const;
  bool has_room(const DiskFile& file, std::size_t end) const;
  DiskBytes survivor(const DiskFile& file);
  void apply(DiskBytes& to, const UnsyncedWrite& write, std::size_t length) const;

  RandomSource* random_;
  Watch watch_;
  bool crashed_ = false;
  std::size_t capacity_ = std::size_t{1} << 40U;
  std::map<std::string, DiskFile> files_;
  std::string vfs_name_;
  std::unique_ptr<DiskVfs> vfs_;
};

}  // namespace tercet::sim
