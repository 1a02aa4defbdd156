// Runs a fuzz body over a corpus folder and over reproducible mutations of each file, so that every
// normal build exercises it. A failing body aborts; the file's name was printed before.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kMutationsPerFile = 400;

using Input = std::vector<std::uint8_t>;

Input mutated(const Input& from, std::mt19937_64& random) {
  Input out = from;
  const std::uint64_t changes = 1 + random() % 4;
  for (std::uint64_t i = 0; i < changes; ++i) {
    const std::size_t at = out.empty() ? 0 : static_cast<std::size_t>(random() % out.size());
    switch (random() % 4) {
      case 0:
        out.insert(out.begin() + static_cast<std::ptrdiff_t>(at),
                   static_cast<std::uint8_t>(random()));
        break;
      case 1:
        if (!out.empty()) {
          out.erase(out.begin() + static_cast<std::ptrdiff_t>(at));
        }
        break;
      case 2:
        out.resize(at);
        break;
      default:
        if (!out.empty()) {
          out[at] = static_cast<std::uint8_t>(out[at] ^ (1U << random() % 8));
        }
    }
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) {
        continue;
      }
      std::ifstream file(entry.path(), std::ios::binary);
      const Input input((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      std::fprintf(stderr, "%s\n", entry.path().c_str());
      LLVMFuzzerTestOneInput(input.data(), input.size());
      std::mt19937_64 random(input.size());
      for (int round = 0; round < kMutationsPerFile; ++round) {
        const Input changed = mutated(input, random);
        LLVMFuzzerTestOneInput(changed.data(), changed.size());
      }
      ++files;
    }
  }
  std::fprintf(stderr, "%d files\n", files);
  return files > 0 ? 0 : 1;
}
