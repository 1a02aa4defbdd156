#include "tests/sim/world/disk.h"

#include <algorithm>

#include "tests/sim/world/disk_vfs.h"

namespace tercet::sim {

namespace {

constexpr std::size_t kSectorBytes = 512;

}  // namespace

Disk::Disk(const DiskImage& image, RandomSource& random, Watch watch)
    : random_(&random), watch_(std::move(watch)) {
  for (const auto& [name, bytes] : image) {
    DiskFile& file = files_[name];
    file.seen = bytes;
    file.synced = bytes;
    file.created = false;
  }
  vfs_ = std::make_unique<DiskVfs>(*this);
  vfs_name_ = vfs_->name();
}

Disk::~Disk() = default;

std::size_t Disk::used() const {
  std::size_t bytes = 0;
  for (const auto& [name, file] : files_) {
    bytes += file.seen.size();
  }
  return bytes;
}

DiskFate Disk::watch(std::string_view operation, const std::string& file) const {
  return crashed_ ? DiskFate::done : watch_(operation, file);
}

bool Disk::has_room(const DiskFile& file, std::size_t end) const {
  return crashed_ || end <= file.seen.size() || used() + (end - file.seen.size()) <= capacity_;
}

void Disk::apply(DiskBytes& to, const UnsyncedWrite& write, std::size_t length) const {
  if (write.cut) {
    to.resize(std::min(to.size(), write.offset));
    return;
  }
  to.resize(std::max(to.size(), write.offset + length));
  std::copy_n(write.bytes.begin(), length, to.begin() + static_cast<std::ptrdiff_t>(write.offset));
}

DiskBytes Disk::survivor(const DiskFile& file) {
  DiskBytes bytes = file.synced;
  for (const UnsyncedWrite& write : file.unsynced) {
    switch (draw_below(*random_, 3)) {
      case 0:
        break;  // lost
      case 1:
        apply(bytes, write, write.bytes.size());
        break;
      default:
        apply(bytes,
              write,
              std::min(write.bytes.size(),
                       draw_below(*random_, write.bytes.size() / kSectorBytes + 1) * kSectorBytes));
    }
  }
  return bytes;
}

DiskImage Disk::crash() {
  DiskImage left;
  for (const auto& [name, file] : files_) {
    if (!file.created || draw_below(*random_, 2) == 0) {
      left.emplace(name, survivor(file));
    }
  }
  crashed_ = true;
  return left;
}

DiskImage Disk::contents() const {
  DiskImage all;
  for (const auto& [name, file] : files_) {
    all.emplace(name, file.seen);
  }
  return all;
}

}  // namespace tercet::sim
