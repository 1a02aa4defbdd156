#include "tests/e2e/process_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include "mpc/field/gf2_8.h"
#include "tests/e2e/needles.h"

namespace tercet::test {
namespace {

constexpr std::size_t kBlockBytes = 16;
constexpr std::size_t kRoundKeys = 15;
constexpr std::uint64_t kRegionBytesMax = std::uint64_t{1} << 36U;

std::uint64_t head_of(const char* block) {
  std::uint64_t head = 0;
  std::memcpy(&head, block, sizeof head);
  return head;
}

std::uint64_t head_of(const MemoryBlock& block) {
  return head_of(reinterpret_cast<const char*>(block.data()));
}

MemoryBlock as_block(const char* block) {
  MemoryBlock out{};
  std::memcpy(out.data(), block, out.size());
  return out;
}

/// A set of numbers that says no for sure and yes by chance now and then.
class Sieve {
 public:
  Sieve() : bits_(std::size_t{1} << (kLogBits - 6)) {}

  void add(std::uint64_t value) { bits_[place(value) >> 6U] |= bit(value); }

  bool may_have(std::uint64_t value) const { return (bits_[place(value) >> 6U] & bit(value)) != 0; }

 private:
  static constexpr unsigned kLogBits = 27;

  static std::size_t place(std::uint64_t value) {
    return static_cast<std::size_t>((value * 0x9e3779b97f4a7c15U) >> (64U - kLogBits));
  }

  static std::uint64_t bit(std::uint64_t value) { return std::uint64_t{1} << (place(value) & 63U); }

  std::vector<std::uint64_t> bits_;
};

template <class Use>
void for_each_block(const std::vector<std::string>& regions, Use use) {
  for (const std::string& region : regions) {  // a region begins at a page
    for (std::size_t at = 0; at + kBlockBytes <= region.size(); at += kBlockBytes) {
      const char* block = region.data() + at;
      if (std::any_of(block, block + kBlockBytes, [](char byte) { return byte != 0; })) {
        use(block);
      }
    }
  }
}

std::uint8_t sbox(std::uint8_t value) {
  std::uint8_t inverse = 1;  // value^254
  for (int i = 0; i < 254; ++i) {
    inverse = mpc::gf2_8_multiply(inverse, value);
  }
  const auto rotated = [&](int by) { return (inverse << by) | (inverse >> (8 - by)); };
  return static_cast<std::uint8_t>(inverse ^ rotated(1) ^ rotated(2) ^ rotated(3) ^ rotated(4) ^
                                   0x63);
}

}  // namespace

Result<ProcessMemory> ProcessMemory::read(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  const int file = ::open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return Error(errno == EACCES || errno == EPERM ? Errc::denied : Errc::io_error,
                 "read the memory of another process");
  }
  ProcessMemory out;
  std::ifstream maps(folder + "/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    char dash = 0;
    std::string modes;
    fields >> std::hex >> begin >> dash >> end >> modes;
    if (modes.find("rw") != 0) {
      continue;
    }
    if (end - begin > kRegionBytesMax) {
      ::close(file);
      return Error(Errc::unsupported, "read the memory of a process under a sanitizer");
    }
    std::string region(end - begin, '\0');
    const ssize_t got = ::pread(file, region.data(), region.size(), static_cast<off_t>(begin));
    if (got > 0) {  // else it has gone meanwhile
      region.resize(static_cast<std::size_t>(got));
      out.regions_.push_back(std::move(region));
    }
  }
  ::close(file);
  return out;
}

std::size_t ProcessMemory::size() const {
  std::size_t sum = 0;
  for (const std::string& region : regions_) {
    sum += region.size();
  }
  return sum;
}

bool ProcessMemory::contains(ByteView bytes) const {
  return std::any_of(regions_.begin(), regions_.end(), [&](const std::string& region) {
    return test::contains(region, bytes);
  });
}

std::vector<std::size_t> ProcessMemory::xor_of_two(const std::vector<MemoryBlock>& targets) const {
  Sieve heads;
  for_each_block(regions_, [&](const char* block) { heads.add(head_of(block)); });
  // The few blocks that may have a counterpart, judged by their first halves: its whole is then
  // looked for.
  std::vector<std::uint64_t> target_heads;
  for (const MemoryBlock& target : targets) {
    target_heads.push_back(head_of(target));
  }
  Sieve wanted;
  std::vector<std::pair<MemoryBlock, std::size_t>> counterparts;
  for_each_block(regions_, [&](const char* block) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (heads.may_have(head_of(block) ^ target_heads[i])) {
        MemoryBlock counterpart = as_block(block);
        std::transform(counterpart.begin(),
                       counterpart.end(),
                       targets[i].begin(),
                       counterpart.begin(),
                       std::bit_xor<>());
        wanted.add(head_of(counterpart));
        counterparts.emplace_back(counterpart, i);
      }
    }
  });
  std::sort(counterparts.begin(), counterparts.end());
  std::set<std::size_t> found;
  for_each_block(regions_, [&](const char* block) {
    if (!wanted.may_have(head_of(block))) {
      return;
    }
    const std::pair<MemoryBlock, std::size_t> first(as_block(block), 0);
    for (auto at = std::lower_bound(counterparts.begin(), counterparts.end(), first);
         at != counterparts.end() && at->first == first.first;
         ++at) {
      found.insert(at->second);
    }
  });
  return {found.begin(), found.end()};
}

std::vector<MemoryBlock> aes256_round_keys(ByteView key) {
  using Word = std::array<std::uint8_t, 4>;
  std::vector<Word> words;  // FIPS 197, 5.2
  std::uint8_t round_constant = 1;
  for (std::size_t i = 0; i < kRoundKeys * 4; ++i) {
    Word word{};
    if (i < 8) {
      std::copy_n(key.begin() + static_cast<std::ptrdiff_t>(4 * i), 4, word.begin());
    } else {
      word = words[i - 1];
      if (i % 8 == 0) {
        std::rotate(word.begin(), word.begin() + 1, word.end());
      }
      if (i % 4 == 0) {
        std::transform(word.begin(), word.end(), word.begin(), sbox);
      }
      if (i % 8 == 0) {
        word[0] = static_cast<std::uint8_t>(word[0] ^ round_constant);
        round_constant = mpc::gf2_8_double(round_constant);
      }
      std::transform(
          word.begin(), word.end(), words[i - 8].begin(), word.begin(), std::bit_xor<>());
    }
    words.push_back(word);
  }
  std::vector<MemoryBlock> out(kRoundKeys);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::copy(words[i].begin(),
              words[i].end(),
              out[i / 4].begin() + static_cast<std::ptrdiff_t>(i % 4 * 4));
  }
  return out;
}

}  // namespace tercet::test
