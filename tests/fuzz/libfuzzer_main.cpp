// The entry that libFuzzer calls: the one target linked into this program.
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tercet::fuzz::Target::all().front()->body(tercet::ByteView(data, size));
  return 0;
}
