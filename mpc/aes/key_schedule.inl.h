#pragma once

#include <utility>

#include "mpc/aes/key_schedule.h"
#include "mpc/gcm/limits.h"
#include "mpc/onehot/apply.h"
#include "mpc/open/opening.h"

namespace tercet::mpc {

template <class Defences>
Task<Result<ByteShares>> expand_key(Party& party, const ByteShares& key, VectorRange vectors) {
  constexpr std::size_t kWords = kRoundKeyBytes / 4;
  TERCET_CHECK(key.size() == kKeyBytes && vectors.count() == kScheduleVectors);
  ByteShares round_keys(kRoundKeyBytes);
  store_slice(round_keys, 0, key);

  for (std::size_t word = kKeyBytes / 4; word < kWords; ++word) {
    ByteShares before = word_before(round_keys, word);
    if (takes_sboxes(word)) {
      VectorRange masks = vectors.take_front(before.size());
      xor_into(before, masks.masks());
      Task<Result<Checked<PublicBytes>>> opening =
          open_bytes<Defences>(party, std::move(before), Sealing::plain);
      TERCET_CO_TRY(const Checked<PublicBytes> opened, co_await std::move(opening));
      before = apply_tables(std::move(masks), opened, aes_sbox_table());
    }
    store_word(party.self(), round_keys, word, std::move(before));
  }
  co_return round_keys;
}

template <class Defences>
Task<Result<OneHotVectors>> first_round_vectors(Party& party,
                                                const ByteShares& round_keys,
                                                VectorRange vectors) {
  TERCET_CHECK(vectors.count() == kFirstRoundVectors);
  ByteShares masked = round_keys.slice(0, kAesBlockBytes);
  xor_into(masked, vectors.masks());
  Task<Result<Checked<PublicBytes>>> opening =
      open_bytes<Defences>(party, std::move(masked), Sealing::plain);
  TERCET_CO_TRY(const Checked<PublicBytes> opened, co_await std::move(opening));
  co_return index_by_value(std::move(vectors), opened);
}

}  // namespace tercet::mpc
