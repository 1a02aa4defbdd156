#include "mpc/gcm/ghash.h"

#include <algorithm>

#include "core/secret/access.h"
#include "mpc/field/gf2_128.h"

namespace tercet::mpc {
namespace {

/// The blocks in reverse order, so that block n meets H^(n+1).
Bytes reversed_blocks(ByteView input) {
  Bytes out(input.size());
  for (std::size_t at = 0; at < input.size(); at += kBlockBytes) {
    const ByteView block = input.subspan(input.size() - kBlockBytes - at, kBlockBytes);
    std::copy(block.begin(), block.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return out;
}

void accumulate(ByteView blocks, const SecretBytes& powers, SecretBytes& into) {
  const SecretAccess access = SecretAccess::grant();
  store_block(into.expose_mutable(access),
              inner_product(blocks, powers.expose(access).first(blocks.size())));
}

}  // namespace

BlockShares ghash(const BlockShares& h_powers, ByteView input) {
  TERCET_CHECK(!input.empty() && input.size() % kBlockBytes == 0);
  TERCET_CHECK(input.size() <= h_powers.bytes.size());
  const Bytes blocks = reversed_blocks(input);
  BlockShares hash(1);
  accumulate(blocks, h_powers.bytes.own, hash.bytes.own);
  accumulate(blocks, h_powers.bytes.next, hash.bytes.next);
  return hash;
}

}  // namespace tercet::mpc
