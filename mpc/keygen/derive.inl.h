#pragma once

#include <algorithm>
#include <utility>

#include "mpc/aes/ctr_block.h"
#include "mpc/gcm/counter_blocks.h"
#include "mpc/keygen/derive.h"
#include "mpc/keygen/powers.h"
#include "mpc/open/opening.h"

namespace tercet::mpc {

namespace derive_detail {

/// The party under the id of one step for one key version.
inline Party in_step(const Party& party, const KeyName& name, std::string_view step) {
  return party.step(step_sid(party.sid(), name.key, name.version, step));
}

}  // namespace derive_detail

template <class Defences>
Task<Result<std::shared_ptr<const KeyMaterial>>> derive(Party& party,
                                                        KeyName name,
                                                        ByteShares components,
                                                        VectorRange vectors) {
  TERCET_CHECK(components.size() == kKeyBytes && vectors.count() == kDeriveVectors);
  KeyMaterial::Parts parts;
  parts.key = std::move(components);

  Party schedule = derive_detail::in_step(party, name, "schedule");
  VectorRange schedule_vectors = vectors.take_front(kScheduleVectors);
  TERCET_CO_TRY(parts.round_keys,
                co_await expand_key<Defences>(schedule, parts.key, std::move(schedule_vectors)));

  Party round_key_0 = derive_detail::in_step(party, name, "round key 0");
  VectorRange first_vectors = vectors.take_front(kFirstRoundVectors);
  TERCET_CO_TRY(parts.first_round,
                co_await first_round_vectors<Defences>(
                    round_key_0, parts.round_keys, std::move(first_vectors)));

  // H = AES_K(0)
  Party hash_key = derive_detail::in_step(party, name, "H");
  const AesShares aes(parts.round_keys, parts.first_round);
  Bytes zero_block(kAesBlockBytes);
  TERCET_CO_TRY(ByteShares h,
                co_await encrypt_blocks<Defences>(
                    hash_key, aes, std::move(zero_block), std::move(vectors), Sealing::plain));
  const BlockShares h_element(std::move(h));

  TERCET_CO_TRY(parts.h_powers, co_await powers_of<Defences>(party, name, h_element, kHPowers));
  const SessionId derived = step_sid(party.sid(), name.key, name.version, "derived");
  std::shared_ptr<const KeyMaterial> material =
      std::make_shared<const KeyMaterial>(party.self(), derived, std::move(parts));
  co_return material;
}

template <class Defences>
Task<Result<KeyCheckValue>> key_check(Party& party,
                                      KeyName name,
                                      std::shared_ptr<const KeyMaterial> key,
                                      VectorRange vectors) {
  TERCET_CHECK(key->party() == party.self() && vectors.count() == kKeyCheckVectors);
  Party step = derive_detail::in_step(party, name, "key check");
  const std::array<std::uint8_t, kAesBlockBytes> block = key_check_block();
  Bytes blocks(block.begin(), block.end());
  TERCET_CO_TRY(ByteShares encrypted,
                co_await encrypt_blocks<Defences>(
                    step, key->aes(), std::move(blocks), std::move(vectors), Sealing::plain));

  // hop 14: every node sees the whole block, so all agree on it
  TERCET_CO_TRY(const Checked<PublicBytes> opened,
                co_await open_bytes<Defences>(step, std::move(encrypted), Sealing::plain));
  KeyCheckValue value{};
  std::copy_n(opened.get().view().begin(), value.size(), value.begin());
  co_return value;
}

}  // namespace tercet::mpc
