#pragma once

#include <utility>

#include "mpc/aes/ctr_block.h"
#include "mpc/aes/round_layers.h"
#include "mpc/gcm/limits.h"
#include "mpc/onehot/apply.h"

namespace tercet::mpc {

template <class Defences>
Task<Result<ByteShares>> encrypt_blocks(
    Party& party, AesShares key, Bytes blocks, VectorRange vectors, Sealing first) {
  TERCET_CHECK(!blocks.empty() && blocks.size() % kAesBlockBytes == 0);
  TERCET_CHECK(vectors.count() == blocks.size() * kLayersPerBlock);
  ByteShares state = first_round(*key.first_round, blocks);

  for (std::size_t layer = 0; layer < kLayersPerBlock; ++layer) {
    add_middle_round(state, *key.round_keys, layer + 1);
    VectorRange masks = vectors.take_front(state.size());
    xor_into(state, masks.masks());

    // hop layer + 1
    const Sealing sealing = layer == 0 ? first : Sealing::plain;
    Task<Result<Checked<PublicBytes>>> opening =
        open_bytes<Defences>(party, std::move(state), sealing);
    TERCET_CO_TRY(const Checked<PublicBytes> opened, co_await std::move(opening));

    state = apply_tables(std::move(masks), opened, aes_sbox_table());
  }
  add_last_round(state, *key.round_keys);
  co_return state;
}

}  // namespace tercet::mpc
