// Two kinds of memory. Small secrets come from size classes cut out of one-MiB regions, so that a
// 33-byte key does not cost four pages; stock (16 KiB and more) gets regions of its own, which are
// kept for reuse when freed. Every region: guard pages on both sides, locked, MADV_DONTDUMP,
// MADV_WIPEONFORK. Blocks are wiped when freed and fresh pages are zero, so every allocation is
// zero. Bookkeeping lives outside the regions: a forked child sees zeros, not broken lists.
//
// Threads: the one that serves requests must not wait for the one that prepares vectors. Each has a
// few free blocks of every class of its own, and takes the lock only to get or give back a handful;
// the system calls for stock, which can take milliseconds, are made under no lock.

#include "core/secret/locked_arena.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/last_words.h"

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
  std::array<char, 512> text{};
  std::snprintf(text.data(),
                text.size(),
                "tercet: %s. Raise the limit of locked memory (LimitMEMLOCK= in the systemd unit, "
                "ulimit -l in a shell) to at least 64 MiB.\n",
                what);
  say_last_words(text.data());
  std::abort();
}

/// Blocks of a class that move between a thread and the arena at once.
std::size_t handful(std::size_t index) {
  constexpr std::size_t kBlocksMax = 32;
  constexpr std::size_t kBytesMax = 16UL * 1024;
  return std::clamp<std::size_t>(kBytesMax / kClassBytes[index], 1, kBlocksMax);
}

/// Regions from the system, and how much of them is locked. Any thread.
class Regions {
 public:
  std::uint8_t* map(std::size_t size, bool small, bool& locked) {
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
    const std::size_t reserve = small ? 0 : kSmallReserveBytes;
    const std::size_t wanted = locked_bytes_.fetch_add(size) + size;
    // Privileged processes are not bound by the limit; there mlock says yes in any case.
    const bool within = wanted + reserve <= lock_limit() || geteuid() == 0;
    locked = within && mlock(data, size) == 0;
    if (!locked) {
      locked_bytes_.fetch_sub(size);
      const std::lock_guard lock(mutex_);
      unlocked_[data] = size;
    }
    return data;
  }

  void unmap(std::uint8_t* data, std::size_t size) noexcept {
    bool was_locked = false;
    {
      const std::lock_guard lock(mutex_);
      was_locked = unlocked_.erase(data) == 0;
    }
    if (was_locked) {
      locked_bytes_.fetch_sub(size);
    }
    munmap(data - page_bytes(), size + 2 * page_bytes());
  }

  SecretMemoryStatus status() {
    SecretMemoryStatus out;
    out.locked_bytes = locked_bytes_.load();
    out.limit_bytes = lock_limit();
    const std::lock_guard lock(mutex_);
    for (const auto& [data, size] : unlocked_) {
      out.unlocked_bytes += size;
    }
    return out;
  }

 private:
  std::mutex mutex_;
  std::map<std::uint8_t*, std::size_t> unlocked_;
  std::atomic<std::size_t> locked_bytes_{0};
};

using BlockList = std::vector<std::uint8_t*>;

/// Free blocks of every class, for threads to take and give back by the handful.
class SmallArena {
 public:
  explicit SmallArena(Regions& regions) : regions_(regions) {}

  /// Takes the first region. False: it cannot be locked.
  bool start() {
    const std::lock_guard lock(mutex_);
    return start_locked();
  }

  void take(std::size_t index, BlockList& into, std::size_t count) {
    const std::lock_guard lock(mutex_);
    if (free_[index].empty()) {
      cut_slab(index);
    }
    move_blocks(free_[index], into, count);
  }

  void give(std::size_t index, BlockList& from, std::size_t count) {
    const std::lock_guard lock(mutex_);
    move_blocks(from, free_[index], count);
  }

 private:
  static void move_blocks(BlockList& from, BlockList& into, std::size_t count) {
    const auto first = from.end() - static_cast<std::ptrdiff_t>(std::min(count, from.size()));
    into.insert(into.end(), first, from.end());
    from.erase(first, from.end());
  }

  bool start_locked() {
    if (region_ != nullptr) {
      return true;
    }
    bool locked = false;
    region_ = regions_.map(kSmallRegionBytes, true, locked);
    region_used_ = 0;
    return locked;
  }

  void cut_slab(std::size_t index) {
    if (!start_locked()) {
      die("secret memory cannot be locked");
    }
    if (region_used_ + kSlabBytes > kSmallRegionBytes) {
      bool locked = false;  // beyond the first region the status tells what is unlocked
      region_ = regions_.map(kSmallRegionBytes, true, locked);
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

  Regions& regions_;
  std::mutex mutex_;
  std::array<BlockList, kClassBytes.size()> free_;
  std::uint8_t* region_ = nullptr;
  std::size_t region_used_ = 0;
};

/// Large regions, some of which are kept for reuse when freed.
class StockArena {
 public:
  explicit StockArena(Regions& regions) : regions_(regions) {}

  std::uint8_t* allocate(std::size_t size) {
    const std::size_t rounded = stock_bytes(size);
    if (std::uint8_t* const data = take_kept(rounded)) {
      TERCET_UNPOISON(data, rounded);
      return data;
    }
    bool locked = false;
    return regions_.map(rounded, false, locked);
  }

  void release(std::uint8_t* data, std::size_t size) noexcept {
    const std::size_t rounded = stock_bytes(size);
    if (!keep(data, rounded)) {
      regions_.unmap(data, rounded);
    }
  }

 private:
  std::uint8_t* take_kept(std::size_t rounded) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(rounded);
    if (found == kept_.end() || found->second.empty()) {
      return nullptr;
    }
    std::uint8_t* const data = found->second.back();
    found->second.pop_back();
    kept_bytes_ -= rounded;
    return data;
  }

  bool keep(std::uint8_t* data, std::size_t rounded) noexcept {
    const std::lock_guard lock(mutex_);
    if (kept_bytes_ + rounded > kStockKeptBytesMax) {
      return false;
    }
    TERCET_POISON(data, rounded);
    kept_[rounded].push_back(data);
    kept_bytes_ += rounded;
    return true;
  }

  Regions& regions_;
  std::mutex mutex_;
  std::map<std::size_t, BlockList> kept_;
  std::size_t kept_bytes_ = 0;
};

class Arena {
 public:
  Arena() : small(regions), stock(regions) {}

  Regions regions;
  SmallArena small;
  StockArena stock;
};

/// Never destroyed: objects with static storage may free secrets late.
Arena& arena() {
  static Arena* const instance = new Arena;
  return *instance;
}

/// One thread's free small blocks.
class ThreadBlocks {
 public:
  ThreadBlocks() = default;
  ThreadBlocks(const ThreadBlocks&) = delete;
  ThreadBlocks& operator=(const ThreadBlocks&) = delete;

  ~ThreadBlocks() {
    for (std::size_t index = 0; index < free_.size(); ++index) {
      arena().small.give(index, free_[index], free_[index].size());
    }
    gone = true;
  }

  static std::uint8_t* allocate(std::size_t index) {
    BlockList one;
    BlockList& free = gone ? one : mine().free_[index];
    if (free.empty()) {
      arena().small.take(index, free, gone ? 1 : handful(index));
    }
    std::uint8_t* const data = free.back();
    free.pop_back();
    TERCET_UNPOISON(data, kClassBytes[index]);
    return data;
  }

  static void release(std::uint8_t* data, std::size_t index) noexcept {
    TERCET_POISON(data, kClassBytes[index]);
    BlockList one;
    BlockList& free = gone ? one : mine().free_[index];
    free.push_back(data);
    if (gone || free.size() > 2 * handful(index)) {
      arena().small.give(index, free, handful(index));
    }
  }

 private:
  static ThreadBlocks& mine() {
    static thread_local ThreadBlocks blocks;
    return blocks;
  }

  std::array<BlockList, kClassBytes.size()> free_;
  /// Objects with static storage may free secrets after this thread's blocks are gone.
  static thread_local bool gone;
};

thread_local bool ThreadBlocks::gone = false;

}  // namespace

std::uint8_t* secret_allocate(std::size_t size) {
  return size < kStockBytesMin ? ThreadBlocks::allocate(class_of(size))
                               : arena().stock.allocate(size);
}

void secret_release(std::uint8_t* data, std::size_t size) noexcept {
  wipe(data, size);
  if (size < kStockBytesMin) {
    ThreadBlocks::release(data, class_of(size));
  } else {
    arena().stock.release(data, size);
  }
}

SecretMemoryStatus secret_memory_status() {
  return arena().regions.status();
}

Status require_secret_memory() {
  if (!arena().small.start()) {
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
