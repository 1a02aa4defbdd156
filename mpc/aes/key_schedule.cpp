#include "mpc/aes/key_schedule.h"

#include <algorithm>
#include <array>

#include "core/secret/access.h"
#include "mpc/aes/key_schedule.inl.h"

namespace tercet::mpc {
namespace {

constexpr std::size_t kWordBytes = 4;
constexpr std::size_t kKeyWords = kKeyBytes / kWordBytes;

void rotate_word(SecretBytes& component) {
  const MutableByteView word = component.expose_mutable(SecretAccess::grant());
  std::rotate(word.begin(), word.begin() + 1, word.end());
}

/// x^(n-1) in GF(2^8), the round constants of FIPS 197; seven are enough for AES-256.
std::array<std::uint8_t, kWordBytes> round_constant(std::size_t word) {
  return {static_cast<std::uint8_t>(1U << (word / kKeyWords - 1)), 0, 0, 0};
}

}  // namespace

bool takes_sboxes(std::size_t word) {
  return word % (kKeyWords / 2) == 0;
}

ByteShares word_before(const ByteShares& round_keys, std::size_t word) {
  ByteShares before = round_keys.slice((word - 1) * kWordBytes, kWordBytes);
  if (word % kKeyWords == 0) {
    rotate_word(before.own);
    rotate_word(before.next);
  }
  return before;
}

void store_word(PartyIndex self, ByteShares& round_keys, std::size_t word, ByteShares previous) {
  if (word % kKeyWords == 0) {
    xor_public(self, previous, round_constant(word));
  }
  xor_into(previous, round_keys.slice((word - kKeyWords) * kWordBytes, kWordBytes));
  store_slice(round_keys, word * kWordBytes, previous);
}

template Task<Result<ByteShares>> expand_key<FullDefences>(Party&, const ByteShares&, VectorRange);
template Task<Result<OneHotVectors>> first_round_vectors<FullDefences>(Party&,
                                                                       const ByteShares&,
                                                                       VectorRange);

}  // namespace tercet::mpc
