// tercet-many-keys: gives a stopped development cluster as many keys as wanted, so that what many
// keys cost can be measured without making each (docs/performance.md, "Many keys").

#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>

#include "bench/keys/dev_nodes.h"
#include "bench/keys/key_copies.h"
#include "core/time/clock.h"

namespace tercet::bench {
namespace {

constexpr const char* kUsage =
    "usage: tercet-many-keys --dir DIR --from KEY --count N [--prefix TEXT]\n"
    "Adds N keys to the cluster that `tercet dev up --dir DIR` made and `tercet dev down` "
    "stopped:\n"
    "TEXT-1 to TEXT-N (default: many), each with the bytes of KEY, which the nodes made. For\n"
    "measurements: whoever may use one of them may use all. About 40 KB a key and node on disk.\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage.\n";
constexpr std::size_t kCountMax = 1'000'000;
constexpr Milliseconds kSayEvery{2000};

struct Words {
  std::string dir;
  std::string from;
  std::string prefix = "many";
  std::size_t count = 0;
};

bool read_words(int argc, char** argv, Words& into) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--dir") {
      into.dir = value;
    } else if (name == "--from") {
      into.from = value;
    } else if (name == "--prefix") {
      into.prefix = value;
    } else if (name == "--count") {
      const auto [end, failed] =
          std::from_chars(value.data(), value.data() + value.size(), into.count);
      if (failed != std::errc() || end != value.data() + value.size()) {
        return false;
      }
    } else {
      return false;
    }
  }
  return argc % 2 == 1 && !into.dir.empty() && !into.from.empty() && into.count > 0 &&
         into.count <= kCountMax;
}

Status write(const Words& words) {
  TERCET_TRY(const KeyId from, KeyId::parse(words.from));
  TERCET_TRY(DevNodes nodes, DevNodes::open(words.dir));
  TERCET_TRY(KeyCopies copies, KeyCopies::of(nodes, from));
  SteadyTime say = real_clock().now() + kSayEvery;
  return copies.write(words.prefix, words.count, [&](std::size_t written) {
    if (real_clock().now() >= say) {
      std::fprintf(stderr, "%zu of %zu keys\n", written, words.count);
      say = real_clock().now() + kSayEvery;
    }
  });
}

}  // namespace
}  // namespace tercet::bench

int main(int argc, char** argv) {
  tercet::bench::Words words;
  if (argc == 2 && std::strcmp(argv[1], "--help") == 0) {
    std::fputs(tercet::bench::kUsage, stdout);
    return 0;
  }
  if (!tercet::bench::read_words(argc, argv, words)) {
    std::fputs(tercet::bench::kUsage, stderr);
    return 2;
  }
  const tercet::Status written = tercet::bench::write(words);
  if (!written) {
    std::fprintf(stderr, "tercet-many-keys: %s\n", written.error().to_string().c_str());
    return 1;
  }
  std::printf("%zu keys added\n", words.count);
  return 0;
}
