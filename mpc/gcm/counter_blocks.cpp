#include "mpc/gcm/counter_blocks.h"

#include <algorithm>
#include <string_view>

namespace tercet::mpc {
namespace {

void append_counter_block(ByteWriter& out, const Iv& iv, std::uint32_t counter) {
  out.raw(iv).u32(counter);
}

void append_padded(ByteWriter& out, ByteView bytes) {
  out.raw(bytes);
  for (std::size_t i = bytes.size(); i % kAesBlockBytes != 0; ++i) {
    out.u8(0);
  }
}

}  // namespace

Bytes counter_blocks(const Iv& iv, std::size_t blocks, std::uint32_t first_counter) {
  TERCET_CHECK(blocks <= wire::kBlocksMax);
  ByteWriter out;
  append_counter_block(out, iv, 1);
  for (std::size_t i = 0; i < blocks; ++i) {
    append_counter_block(out, iv, first_counter + static_cast<std::uint32_t>(i));
  }
  return out.take();
}

Bytes ghash_input(ByteView aad, ByteView ciphertext) {
  ByteWriter out;
  append_padded(out, aad);
  append_padded(out, ciphertext);
  out.u64(std::uint64_t{8} * aad.size()).u64(std::uint64_t{8} * ciphertext.size());
  return out.take();
}

std::array<std::uint8_t, kAesBlockBytes> key_check_block() {
  constexpr std::string_view kLabel = "tercet check";
  static_assert(kLabel.size() == kIvBytes);
  std::array<std::uint8_t, kAesBlockBytes> block{};
  std::copy(kLabel.begin(), kLabel.end(), block.begin());
  return block;
}

}  // namespace tercet::mpc
