// Two kinds of memory. Small secrets come from size classes cut out of one-MiB regions, so that a
// 33-byte key does not cost four pages; stock (16 KiB and more) gets regions of its own, which are
// kept for reuse when freed. Every region: guard pages on both sides, locked, MADV_DONTDUMP,
// MADV_WIPEONFORK. Blocks are wiped when freed and fresh pages are zero, so every allocation is
// zero. Bookkeeping lives outside the regions: a forked child sees zeros, not broken lists.

#include "core/secret/locked_arena.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "core/base/bytes.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define TERCET_POISON(data, size) ASAN_POISON_MEMORY_REGION(data, size)
#define TERCET_UNPOISON(data, size) ASAN_UNPOISON_MEMORY_REGION(data, size)
#else
#define TERCET_POISON(data, size) static_cast<void>(0)
#define TERCET_UNPOISON(data, size) static_cast<void>(0)
#endif

namespace tercet {
namespace {

constexpr std::size_t kSmallRegionBytes = 1024UL * 1024;
constexpr std::size_t kSlabBytes = 64UL * 1024;
constexpr std::size_t kStockKeptBytesMax = 64UL * 1024 * 1024;  ///< free stock kept for reuse
/// Of the lock limit, stock leaves this much to small secrets.
constexpr std::size_t kSmallReserveBytes = 4UL * 1024 * 1024;

constexpr std::array<std::size_t, 20> kClassBytes = {16,   32,   48,   64,   96,    128,  192,
                                                     256,  384,  512,  768,  1024,  1536, 2048,
                                                     3072, 4096, 6144, 8192, 12288, 16384};

std::size_t class_of(std::size_t size) {
  std::size_t index = 0;
  while (kClassBytes[index] < size) {
    ++index;
  }
  return index;
}

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

/// Stock sizes are rounded up in steps of an eighth, so that freed regions fit again.
std::size_t stock_bytes(std::size_t size) {
  std::size_t step = page_bytes();
  while (step * 16 < size) {
    step *= 2;
  }
  return (size + step - 1) / step * step;
}

std::size_t lock_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return SIZE_MAX;
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr,
               "tercet: %s. Raise the limit of locked memory (LimitMEMLOCK= in the systemd unit, "
               "ulimit -l in a shell) to at least 64 MiB.\n",
               what);
  std::abort();
}

class Arena {
 public:
  std::uint8_t* allocate(std::size_t size) {
    const std::lock_guard lock(mutex_);
    return size < kStockBytesMin ? allocate_small(class_of(size)) : allocate_stock(size);
  }

  void release(std::uint8_t* data, std::size_t size) noexcept {
    const std::lock_guard lock(mutex_);
    if (size < kStockBytesMin) {
      const std::size_t index = class_of(size);
      TERCET_POISON(data, kClassBytes[index]);
      free_[index].push_back(data);
      return;
    }
    const std::size_t rounded = stock_bytes(size);
    if (kept_bytes_ + rounded <= kStockKeptBytesMax) {
      TERCET_POISON(data, rounded);
      kept_[rounded].push_back(data);
      kept_bytes_ += rounded;
      return;
    }
    unmap_region(data, rounded);
  }

  /// Takes the first small region. False: it cannot be locked.
  bool start() {
    const std::lock_guard lock(mutex_);
    return start_locked();
  }

  SecretMemoryStatus status() {
    const std::lock_guard lock(mutex_);
    SecretMemoryStatus out;
    out.locked_bytes = locked_bytes_;
    for (const auto& [data, size] : unlocked_) {
      out.unlocked_bytes += size;
    }
    out.limit_bytes = lock_limit();
    return out;
  }

 private:
  bool start_locked() {
    if (region_ != nullptr) {
      return true;
    }
    bool locked = false;
    region_ = map_region(kSmallRegionBytes, true, locked);
    region_used_ = 0;
    return locked;
  }

  std::uint8_t* allocate_small(std::size_t index) {
    std::vector<std::uint8_t*>& free = free_[index];
    if (free.empty()) {
      cut_slab(index);
    }
    std::uint8_t* const data = free.back();
    free.pop_back();
    TERCET_UNPOISON(data, kClassBytes[index]);
    return data;
  }

  void cut_slab(std::size_t index) {
    if (!start_locked()) {
      die("secret memory cannot be locked");
    }
    if (region_used_ + kSlabBytes > kSmallRegionBytes) {
      bool locked = false;  // beyond the first region the status tells what is unlocked
      region_ = map_region(kSmallRegionBytes, true, locked);
      region_used_ = 0;
    }
    std::uint8_t* const slab = region_ + region_used_;
    region_used_ += kSlabBytes;
    const std::size_t size = kClassBytes[index];
    const std::size_t count = kSlabBytes / size;
    free_[index].reserve(free_[index].size() + count);
    for (std::size_t i = count; i > 0; --i) {
      free_[index].push_back(slab + (i - 1) * size);
    }
    TERCET_POISON(slab, kSlabBytes);
  }

  std::uint8_t* allocate_stock(std::size_t size) {
    const std::size_t rounded = stock_bytes(size);
    if (const auto found = kept_.find(rounded); found != kept_.end() && !found->second.empty()) {
      std::uint8_t* const data = found->second.back();
      found->second.pop_back();
      kept_bytes_ -= rounded;
      TERCET_UNPOISON(data, rounded);
      return data;
    }
    bool locked = false;
    return map_region(rounded, false, locked);
  }

  std::uint8_t* map_region(std::size_t size, bool small, bool& locked) {
    const std::size_t page = page_bytes();
    void* const mapped =
        mmap(nullptr, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) {
      die("out of memory for secrets");
    }
    std::uint8_t* const data = static_cast<std::uint8_t*>(mapped) + page;
    if (mprotect(data, size, PROT_READ | PROT_WRITE) != 0) {
      die("secret memory cannot be mapped");
    }
    madvise(data, size, MADV_DONTDUMP);
    madvise(data, size, MADV_WIPEONFORK);
    const std::size_t limit = lock_limit();
    const std::size_t reserve = small ? 0 : kSmallReserveBytes;
    // Privileged processes are not bound by the limit; there mlock says yes in any case.
    const bool within = locked_bytes_ + size + reserve <= limit || geteuid() == 0;
    locked = within && mlock(data, size) == 0;
    if (locked) {
      locked_bytes_ += size;
    } else {
      unlocked_[data] = size;
    }
    return data;
  }

  void unmap_region(std::uint8_t* data, std::size_t size) noexcept {
    if (unlocked_.erase(data) == 0) {
      locked_bytes_ -= size;
    }
    munmap(data - page_bytes(), size + 2 * page_bytes());
  }

  std::mutex mutex_;
  std::array<std::vector<std::uint8_t*>, kClassBytes.size()> free_;
  std::map<std::size_t, std::vector<std::uint8_t*>> kept_;
  std::map<std::uint8_t*, std::size_t> unlocked_;
  std::uint8_t* region_ = nullptr;
  std::size_t region_used_ = 0;
  std::size_t kept_bytes_ = 0;
  std::size_t locked_bytes_ = 0;
};

/// Never destroyed: objects with static storage may free secrets late.
Arena& arena() {
  static Arena* const instance = new Arena;
  return *instance;
}

}  // namespace

std::uint8_t* secret_allocate(std::size_t size) {
  return arena().allocate(size);
}

void secret_release(std::uint8_t* data, std::size_t size) noexcept {
  wipe(data, size);
  arena().release(data, size);
}

SecretMemoryStatus secret_memory_status() {
  return arena().status();
}

Status require_secret_memory() {
  if (!arena().start()) {
    return Error(Errc::config_error, "secret memory cannot be locked")
        .hint("raise the limit of locked memory: LimitMEMLOCK= in the systemd unit, or ulimit -l");
  }
  return ok_status();
}

void protect_process() noexcept {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace tercet
