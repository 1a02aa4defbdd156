#include "mpc/aes/round_layers.h"

#include "core/secret/access.h"
#include "mpc/aes/linear_layers.h"
#include "mpc/gcm/limits.h"

namespace tercet::mpc {
namespace {

constexpr std::size_t kLastRound = 14;

ByteView round_key(const SecretBytes& component, std::size_t round) {
  return component.expose(SecretAccess::grant()).subspan(round * kAesBlockBytes, kAesBlockBytes);
}

}  // namespace

void add_middle_round(ByteShares& states, const ByteShares& round_keys, std::size_t round) {
  TERCET_CHECK(round >= 1 && round < kLastRound);
  const SecretAccess access = SecretAccess::grant();
  shift_mix_add(states.own.expose_mutable(access), round_key(round_keys.own, round));
  shift_mix_add(states.next.expose_mutable(access), round_key(round_keys.next, round));
}

void add_last_round(ByteShares& states, const ByteShares& round_keys) {
  const SecretAccess access = SecretAccess::grant();
  shift_add(states.own.expose_mutable(access), round_key(round_keys.own, kLastRound));
  shift_add(states.next.expose_mutable(access), round_key(round_keys.next, kLastRound));
}

}  // namespace tercet::mpc
