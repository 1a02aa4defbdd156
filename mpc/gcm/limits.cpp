#include "mpc/gcm/limits.h"

namespace tercet::mpc {

Status check_lengths(std::size_t aad_bytes, std::size_t text_bytes) {
  const std::size_t text_blocks = block_count(text_bytes);
  if (text_blocks > wire::kBlocksMax) {
    return Error(Errc::unsupported, "check lengths: more than 270 blocks of text");
  }
  if (block_count(aad_bytes) + text_blocks + 1 > wire::kGhashBlocksMax) {
    return Error(Errc::unsupported, "check lengths: more than 1024 GHASH blocks");
  }
  return ok_status();
}

}  // namespace tercet::mpc
