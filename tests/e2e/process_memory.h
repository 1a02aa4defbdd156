#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tercet::test {

using MemoryBlock = std::array<std::uint8_t, 16>;

/// A copy of what a process of ours has in writable memory: heap, stacks, the arenas of secrets.
class ProcessMemory {
 public:
  /// Errors: denied (daemons are not dumpable: only root may look), unsupported (under a sanitizer,
  /// whose own memory is terabytes), io_error.
  static Result<ProcessMemory> read(pid_t pid);

  std::size_t size() const;
  bool contains(ByteView bytes) const;
  /// Which of these blocks are the XOR of any two aligned 16-byte blocks (not zero) there, by
  /// index: what could be computed from two shares that lie there.
  std::vector<std::size_t> xor_of_two(const std::vector<MemoryBlock>& targets) const;

 private:
  ProcessMemory() = default;
  std::vector<std::string> regions_;
};

/// The 15 round keys of AES-256; the first two are the key itself.
std::vector<MemoryBlock> aes256_round_keys(ByteView key);

}  // namespace tercet::test
