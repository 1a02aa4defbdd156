#pragma once

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "core/base/bytes.h"
#include "tests/fuzz/fuzz_target.h"

namespace tercet::fuzz {

/// A file of mode 0600 that exists in memory only, for parsers that are given a path.
class MemoryFile {
 public:
  explicit MemoryFile(ByteView content) : descriptor_(memfd_create("fuzz", 0)) {
    require(descriptor_ >= 0 && fchmod(descriptor_, S_IRUSR | S_IWUSR) == 0, "a file in memory");
    const auto size = static_cast<ssize_t>(content.size());
    require(write(descriptor_, content.data(), content.size()) == size, "it takes the content");
  }

  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  ~MemoryFile() { close(descriptor_); }

  /// Under a descriptor number of the caller's choice as well, for good.
  bool show_as(int descriptor) const { return dup2(descriptor_, descriptor) == descriptor; }

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace tercet::fuzz
