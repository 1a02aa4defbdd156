// fuzz-replay PARSER FOLDER: runs one fuzz body over a corpus folder and over reproducible
// mutations of each file, so that every normal build exercises it. A failing body aborts; the
// file's name was printed before.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "tests/fuzz/fuzz_target.h"

namespace {

using tercet::Bytes;
using tercet::fuzz::Target;

constexpr int kMutationsPerFile = 400;

const Bytes* running_on = nullptr;

/// The input of the failing body, to become a corpus file (`xxd -r -p`).
void print_input(int /*signal*/) {
  std::fprintf(stderr, "input: %s\n", tercet::to_hex(*running_on).c_str());
  std::signal(SIGABRT, SIG_DFL);
}

void run(const Target& target, const Bytes& input) {
  running_on = &input;
  target.body(input);
}

Bytes mutated(const Bytes& from, std::mt19937_64& random) {
  Bytes out = from;
  const std::uint64_t changes = 1 + random() % 4;
  for (std::uint64_t i = 0; i < changes; ++i) {
    const std::size_t at = out.empty() ? 0 : static_cast<std::size_t>(random() % out.size());
    const auto place = out.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random() % 5) {
      case 0:
        out.insert(place, static_cast<std::uint8_t>(random()));
        break;
      case 1:
        out.erase(place, out.empty() ? place : place + 1);
        break;
      case 2:
        out.resize(at);
        break;
      case 3: {  // once more, further on: repeated members, headers, lines
        const Bytes again(place,
                          place + static_cast<std::ptrdiff_t>(random() % (out.size() - at + 1)));
        out.insert(out.end() - static_cast<std::ptrdiff_t>(random() % (out.size() + 1)),
                   again.begin(),
                   again.end());
        break;
      }
      default:
        if (!out.empty()) {
          out[at] = static_cast<std::uint8_t>(out[at] ^ (1U << random() % 8));
        }
    }
  }
  return out;
}

int replay(const Target& target, const char* folder) {
  std::signal(SIGABRT, &print_input);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    const Bytes input((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::fprintf(stderr, "%s\n", path.c_str());
    run(target, input);
    std::mt19937_64 random(input.size());
    for (int round = 1; round <= kMutationsPerFile; ++round) {
      run(target, mutated(input, random));
    }
  }
  std::fprintf(stderr, "%zu files\n", files.size());
  return files.empty() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  for (const Target* target : Target::all()) {
    if (argc == 3 && target->name == argv[1]) {
      return replay(*target, argv[2]);
    }
  }
  std::fprintf(stderr, "usage: fuzz-replay PARSER CORPUS-FOLDER\n");
  return 2;
}
