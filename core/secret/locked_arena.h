#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/result.h"

namespace tercet {

/// Allocations of at least this size are *stock*: own pages, locked if the limit allows (rule S1).
inline constexpr std::size_t kStockBytesMin = 16UL * 1024;

/// Zeroed memory for secrets: locked, left out of core dumps, wiped in a forked child, with guard
/// pages around each region; aligned to 64 bytes from 64 bytes on. Used by SecretBytes only.
/// The first call takes and locks the small arena; if that fails the process ends with a message
/// (rule S1). Any thread.
std::uint8_t* secret_allocate(std::size_t size);
/// Wipes and returns what `secret_allocate(size)` gave. Any thread.
void secret_release(std::uint8_t* data, std::size_t size) noexcept;

/// How the process's secret memory stands, for status pages and the log.
class SecretMemoryStatus {
 public:
  SecretMemoryStatus() = default;
  std::size_t locked_bytes = 0;
  std::size_t unlocked_bytes = 0;  ///< regions that the limit left unlocked: may reach swap
  std::size_t limit_bytes = 0;     ///< RLIMIT_MEMLOCK; SIZE_MAX where it does not bind

  bool all_locked() const { return unlocked_bytes == 0; }
};

SecretMemoryStatus secret_memory_status();

/// For daemons, first thing in main: takes the small arena now, and says what to do if it cannot
/// be locked, instead of ending the process later.
Status require_secret_memory();

/// For daemons: no core dumps, no ptrace by other processes of the user. Never fails loudly.
void protect_process() noexcept;

}  // namespace tercet
