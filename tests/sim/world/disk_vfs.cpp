#include "tests/sim/world/disk_vfs.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "core/base/check.h"

namespace tercet::sim {

namespace {

constexpr int kPathMax = 64;
constexpr int kSectorSize = 512;

/// SQLite allocates this; `base` comes first.
struct OpenFile {
  sqlite3_file base;
  DiskVfs* vfs;
  const std::string* name;
};

OpenFile& file_of(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(file);
}

DiskVfs& vfs_of(sqlite3_vfs* vfs) {
  return *static_cast<DiskVfs*>(vfs->pAppData);
}

int close_file(sqlite3_file* file) {
  delete file_of(file).name;
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* into, int amount, sqlite3_int64 offset) {
  return file_of(file).vfs->read(*file_of(file).name, into, amount, offset);
}

int write_file(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
  return file_of(file).vfs->write(*file_of(file).name, from, amount, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  return file_of(file).vfs->truncate(*file_of(file).name, size);
}

int sync_file(sqlite3_file* file, int /*flags*/) {
  return file_of(file).vfs->sync(*file_of(file).name);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  *size = file_of(file).vfs->size(*file_of(file).name);
  return SQLITE_OK;
}

int lock_file(sqlite3_file* /*file*/, int /*level*/) {
  return SQLITE_OK;
}

int check_lock(sqlite3_file* /*file*/, int* locked) {
  *locked = 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file* /*file*/, int /*operation*/, void* /*argument*/) {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file* /*file*/) {
  return kSectorSize;
}

int characteristics(sqlite3_file* /*file*/) {
  return 0;  // promises nothing: writes may be torn, and reordered between syncs
}

const sqlite3_io_methods& methods() {
  static const sqlite3_io_methods table = [] {
    sqlite3_io_methods all{};
    all.iVersion = 1;
    all.xClose = close_file;
    all.xRead = read_file;
    all.xWrite = write_file;
    all.xTruncate = truncate_file;
    all.xSync = sync_file;
    all.xFileSize = file_size;
    all.xLock = lock_file;
    all.xUnlock = lock_file;
    all.xCheckReservedLock = check_lock;
    all.xFileControl = control_file;
    all.xSectorSize = sector_size;
    all.xDeviceCharacteristics = characteristics;
    return all;
  }();
  return table;
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  return vfs_of(vfs).open(name, file, flags, out_flags);
}

int delete_file(sqlite3_vfs* vfs, const char* name, int /*sync_directory*/) {
  return vfs_of(vfs).remove(name);
}

int access_file(sqlite3_vfs* vfs, const char* name, int /*flags*/, int* result) {
  *result = vfs_of(vfs).exists(name) ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs* /*vfs*/, const char* name, int room, char* out) {
  sqlite3_snprintf(room, out, "%s", name);
  return SQLITE_OK;
}

/// SQLite seeds its own generator with it, which decides nothing that lasts.
int randomness(sqlite3_vfs* /*vfs*/, int amount, char* out) {
  std::memset(out, 0, static_cast<std::size_t>(amount));
  return amount;
}

int sleep_not(sqlite3_vfs* /*vfs*/, int microseconds) {
  return microseconds;
}

int current_time(sqlite3_vfs* /*vfs*/, double* now) {
  *now = 2460000.5;
  return SQLITE_OK;
}

int last_error(sqlite3_vfs* /*vfs*/, int /*room*/, char* /*out*/) {
  return 0;
}

std::string next_name() {
  static std::uint64_t made = 0;
  return "tercet-sim-" + std::to_string(++made);
}

}  // namespace

DiskVfs::DiskVfs(Disk& disk) : disk_(&disk), name_(next_name()) {
  vfs_.iVersion = 1;
  vfs_.szOsFile = sizeof(OpenFile);
  vfs_.mxPathname = kPathMax;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = open_file;
  vfs_.xDelete = delete_file;
  vfs_.xAccess = access_file;
  vfs_.xFullPathname = full_path;
  vfs_.xRandomness = randomness;
  vfs_.xSleep = sleep_not;
  vfs_.xCurrentTime = current_time;
  vfs_.xGetLastError = last_error;
  TERCET_CHECK(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

DiskVfs::~DiskVfs() {
  sqlite3_vfs_unregister(&vfs_);
}

int DiskVfs::open(const char* name, sqlite3_file* file, int flags, int* out_flags) {
  OpenFile& opened = file_of(file);
  opened.base.pMethods = nullptr;
  if (name == nullptr) {
    return SQLITE_CANTOPEN;  // temporary files: the product keeps them in memory
  }
  if (!disk_->files_.contains(name)) {
    if ((flags & SQLITE_OPEN_CREATE) == 0) {
      return SQLITE_CANTOPEN;
    }
    if (disk_->watch("create", name) == DiskFate::failed) {
      return SQLITE_IOERR;
    }
    disk_->files_[name];
  }
  opened.vfs = this;
  opened.name = new std::string(name);
  opened.base.pMethods = &methods();
  if (out_flags != nullptr) {
    *out_flags = flags;
  }
  return SQLITE_OK;
}

int DiskVfs::remove(const char* name) {
  if (disk_->watch("delete", name) == DiskFate::failed) {
    return SQLITE_IOERR_DELETE;
  }
  return disk_->files_.erase(name) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

bool DiskVfs::exists(const char* name) const {
  return disk_->files_.contains(name);
}

int DiskVfs::read(const std::string& name, void* into, int amount, sqlite3_int64 offset) {
  if (disk_->watch("read", name) == DiskFate::failed) {
    return SQLITE_IOERR_READ;
  }
  const DiskBytes& bytes = disk_->files_[name].seen;
  const auto from = std::min(static_cast<std::size_t>(offset), bytes.size());
  const auto wanted = static_cast<std::size_t>(amount);
  const std::size_t there = std::min(wanted, bytes.size() - from);
  std::copy_n(
      bytes.begin() + static_cast<std::ptrdiff_t>(from), there, static_cast<std::uint8_t*>(into));
  if (there < wanted) {
    std::memset(static_cast<char*>(into) + there, 0, wanted - there);
    return SQLITE_IOERR_SHORT_READ;
  }
  return SQLITE_OK;
}

int DiskVfs::write(const std::string& name, const void* from, int amount, sqlite3_int64 offset) {
  if (disk_->watch("write", name) == DiskFate::failed) {
    return SQLITE_IOERR_WRITE;
  }
  DiskFile& file = disk_->files_[name];
  const auto* first = static_cast<const std::uint8_t*>(from);
  UnsyncedWrite write;
  write.offset = static_cast<std::size_t>(offset);
  write.bytes.assign(first, first + amount);
  if (!disk_->has_room(file, write.offset + write.bytes.size())) {
    return SQLITE_FULL;
  }
  disk_->apply(file.seen, write, write.bytes.size());
  file.unsynced.push_back(std::move(write));
  return SQLITE_OK;
}

int DiskVfs::truncate(const std::string& name, sqlite3_int64 size) {
  if (disk_->watch("truncate", name) == DiskFate::failed) {
    return SQLITE_IOERR_TRUNCATE;
  }
  DiskFile& file = disk_->files_[name];
  UnsyncedWrite write;
  write.offset = static_cast<std::size_t>(size);
  write.cut = true;
  disk_->apply(file.seen, write, 0);
  file.unsynced.push_back(std::move(write));
  return SQLITE_OK;
}

int DiskVfs::sync(const std::string& name) {
  if (disk_->watch("sync", name) == DiskFate::failed) {
    return SQLITE_IOERR_FSYNC;
  }
  DiskFile& file = disk_->files_[name];
  for (const UnsyncedWrite& write : file.unsynced) {
    disk_->apply(file.synced, write, write.bytes.size());
  }
  file.unsynced.clear();
  file.created = false;
  return SQLITE_OK;
}

sqlite3_int64 DiskVfs::size(const std::string& name) const {
  return static_cast<sqlite3_int64>(disk_->files_[name].seen.size());
}

}  // namespace tercet::sim
