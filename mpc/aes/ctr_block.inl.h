#pragma once

#include <utility>
#include <vector>

#include "mpc/aes/ctr_block.h"
#include "mpc/aes/round_layers.h"
#include "mpc/gcm/limits.h"
#include "mpc/onehot/apply.h"

namespace tercet::mpc {

template <class Defences>
Task<Result<ByteShares>> encrypt_blocks(
    Party& party, AesShares key, Bytes blocks, VectorRange vectors, Sealing first) {
  TERCET_CHECK(!blocks.empty() && blocks.size() % kAesBlockBytes == 0);
  TERCET_CHECK(vectors.count() == vectors_for_blocks(blocks));
  ByteShares state = first_round(*key.first_round, blocks);
  const SecondRoundBytes second_round(blocks);
  std::vector<std::size_t> layer_sizes(kLayersPerBlock, state.size());
  layer_sizes[0] = second_round.count();
  std::vector<VectorRange> layers = std::move(vectors).split(layer_sizes);

  for (std::size_t layer = 0; layer < kLayersPerBlock; ++layer) {
    add_middle_round(state, *key.round_keys, layer + 1);
    if (layer == 0) {
      state = second_round.gather(state);
    }
    xor_into(state, layers[layer].masks());

    // hop layer + 1
    const Sealing sealing = layer == 0 ? first : Sealing::plain;
    Task<Result<Checked<PublicBytes>>> opening =
        open_bytes<Defences>(party, std::move(state), sealing);
    TERCET_CO_TRY(const Checked<PublicBytes> opened, co_await std::move(opening));

    state = apply_tables(std::move(layers[layer]), opened, aes_sbox_table());
    if (layer == 0) {
      state = second_round.spread(state);
    }
  }
  add_last_round(state, *key.round_keys);
  co_return state;
}

}  // namespace tercet::mpc
