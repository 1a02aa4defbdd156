#include "tests/sim/engine/toy_engine.h"

#include <algorithm>
#include <utility>

#include <openssl/evp.h>

#include "core/base/check.h"
#include "core/secret/access.h"
#include "mpc/engine/engine.inl.h"
#include "mpc/field/gf2_128.h"
#include "mpc/gcm/counter_blocks.h"
#include "mpc/open/opening.h"
#include "mpc/prf/labels.h"

namespace tercet::sim {

using mpc::Party;
using mpc::PartyIndex;

namespace {

constexpr std::size_t kKeySize = 32;

/// AES-256 of each block.
Bytes aes_blocks(ByteView key, ByteView blocks) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  Bytes out(blocks.size());
  int length = 0;
  const bool done =
      EVP_EncryptInit_ex(context, EVP_aes_256_ecb(), nullptr, key.data(), nullptr) == 1 &&
      EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
      EVP_EncryptUpdate(
          context, out.data(), &length, blocks.data(), static_cast<int>(blocks.size())) == 1;
  EVP_CIPHER_CTX_free(context);
  TERCET_CHECK(done);
  return out;
}

/// Shares of an open value: it is component 1, which P1 holds as its own and P3 as its next.
mpc::ByteShares open_shares(PartyIndex self, ByteView value) {
  mpc::ByteShares shares(value.size());
  mpc::xor_public(self, shares, value);
  return shares;
}

/// What open_shares put in; zero bytes at the node that has no share of it.
Bytes open_value(const mpc::ByteShares& shares, std::size_t size) {
  const SecretAccess access = SecretAccess::grant();
  const ByteView own = shares.own.expose(access);
  const ByteView next = shares.next.expose(access);
  Bytes value(size);
  for (std::size_t i = 0; i < size; ++i) {
    value[i] = static_cast<std::uint8_t>(own[i] ^ next[i]);
  }
  return value;
}

/// One hop in which all three tell each other the same public bytes.
Task<Status> compare(Party& party, mpc::Label label, Bytes mine) {
  TERCET_CO_TRY(const mpc::Round round, party.begin_round(label));
  mpc::send_message(party, round, mpc::Side::next, mine);
  mpc::send_message(party, round, mpc::Side::previous, mine);
  for (const mpc::Side side : {mpc::Side::next, mpc::Side::previous}) {
    TERCET_CO_TRY(const Bytes theirs,
                  co_await mpc::receive_message(party, round, side, mine.size()));
    if (theirs != mine) {
      co_return party.drop(Error(Errc::protocol_abort, "toy engine: the nodes differ"));
    }
  }
  co_return ok_status();
}

/// One hop: everybody learns the component it lacks, and with it the key.
Task<Result<Bytes>> open_key(Party& party, const mpc::ByteShares& components) {
  TERCET_CO_TRY(const mpc::Round round, party.begin_round(mpc::Label::product));
  const SecretAccess access = SecretAccess::grant();
  mpc::send_message(party, round, mpc::Side::next, components.own.expose(access));
  TERCET_CO_TRY(Bytes key,
                co_await mpc::receive_message(party, round, mpc::Side::previous, kKeySize));
  const Bytes held = open_value(components, kKeySize);
  for (std::size_t i = 0; i < kKeySize; ++i) {
    key[i] = static_cast<std::uint8_t>(key[i] ^ held[i]);
  }
  co_return key;
}

Bytes powers_of_h(ByteView key) {
  const Bytes zero(mpc::kBlockBytes);
  const mpc::Block128 h = mpc::load_block(aes_blocks(key, zero));
  Bytes powers(mpc::kHPowers * mpc::kBlockBytes);
  mpc::Block128 power = h;
  for (std::size_t n = 0; n < mpc::kHPowers; ++n) {
    mpc::store_block(MutableByteView(powers).subspan(n * mpc::kBlockBytes, mpc::kBlockBytes),
                     power);
    power = mpc::multiply(power, h);
  }
  return powers;
}

/// Where a toy set keeps the key: at the front of its round keys.
Bytes key_of(const mpc::KeyMaterial& material) {
  return open_value(*material.aes().round_keys, kKeySize);
}

bool sees_values(PartyIndex self) {
  return self != PartyIndex::p2;
}

mpc::Keystream keystream_of(PartyIndex self,
                            std::shared_ptr<const mpc::KeyMaterial> key,
                            const mpc::Iv& iv,
                            std::size_t blocks) {
  const Bytes counters = mpc::counter_blocks(iv, blocks, 2);
  const Bytes encrypted =
      sees_values(self) ? aes_blocks(key_of(*key), counters) : Bytes(counters.size());
  const ByteView all(encrypted);
  return mpc::Keystream(std::move(key),
                        iv,
                        open_shares(self, all.subspan(mpc::kBlockBytes)),
                        open_shares(self, all.first(mpc::kBlockBytes)));
}

}  // namespace

Task<Result<mpc::OneHotBatch>> ToyEngine::make_batch(Party& party, std::size_t count) const {
  TERCET_CO_TRY_STATUS(co_await compare(party, mpc::Label::barrier, Bytes(8)));
  mpc::ByteShares bits(count * mpc::kVectorBytes);
  const BatchId id = party.sid();
  VectorLedger::mark(id, bits.own.expose_mutable(SecretAccess::grant()));
  co_return mpc::OneHotBatch(id, party.set(), count, mpc::ByteShares(count), std::move(bits));
}

Task<Result<std::shared_ptr<const mpc::KeyMaterial>>> ToyEngine::derive(
    Party& party,
    mpc::KeyName /*name*/,
    mpc::ByteShares components,
    mpc::VectorRange vectors) const {
  ledger_->use(party.self(), party.sid(), std::move(vectors));
  TERCET_CO_TRY(const Bytes key, co_await open_key(party, components));
  mpc::KeyMaterial::Parts parts;
  Bytes round_keys(mpc::kRoundKeyBytes);
  std::copy(key.begin(), key.end(), round_keys.begin());
  if (damage_at_ == party.self()) {
    damage_at_.reset();
    round_keys.front() ^= 1U;
  }
  parts.key = std::move(components);
  parts.round_keys = open_shares(party.self(), round_keys);
  parts.first_round =
      mpc::OneHotVectors(mpc::ByteShares(mpc::kFirstRoundVectors * mpc::kVectorBytes));
  parts.h_powers = mpc::BlockShares(open_shares(party.self(), powers_of_h(key)));
  co_return std::make_shared<const mpc::KeyMaterial>(party.self(), party.sid(), std::move(parts));
}

Task<Result<mpc::KeyCheckValue>> ToyEngine::key_check(Party& party,
                                                      mpc::KeyName /*name*/,
                                                      std::shared_ptr<const mpc::KeyMaterial> key,
                                                      mpc::VectorRange vectors) const {
  const SessionId step = mpc::step_sid(party.sid(), KeyId(), KeyVersion(1), "toy key check");
  ledger_->use(party.self(), step, std::move(vectors));
  TERCET_CO_TRY(const Bytes open, co_await open_key(party, key->key()));
  // Of what was derived, where this node sees it.
  const Bytes used = sees_values(party.self()) ? key_of(*key) : open;
  const Bytes encrypted = aes_blocks(used, mpc::key_check_block());
  mpc::KeyCheckValue value{};
  std::copy_n(encrypted.begin(), value.size(), value.begin());
  TERCET_CO_TRY_STATUS(co_await compare(party, mpc::Label::key_check, to_bytes(value)));
  co_return value;
}

Task<Result<mpc::Keystream>> ToyEngine::compute_keystream(
    Party& party,
    std::shared_ptr<const mpc::KeyMaterial> key,
    mpc::Iv iv,
    std::size_t blocks,
    mpc::VectorRange vectors) const {
  ledger_->use(party.self(), party.sid(), std::move(vectors));
  mpc::ByteShares noise = party.random_shares(mpc::kUseIv, 0, mpc::kBlockBytes);
  TERCET_CO_TRY(const mpc::Checked<mpc::PublicBytes> met,
                co_await mpc::open_bytes(party, std::move(noise), mpc::Sealing::first));
  static_cast<void>(met);  // only that all three are in the same session counts
  co_return keystream_of(party.self(), std::move(key), iv, blocks);
}

Task<Result<std::vector<mpc::Slot>>> ToyEngine::make_slots(
    Party& party,
    std::shared_ptr<const mpc::KeyMaterial> key,
    KeyVersion version,
    mpc::SlotsPlan plan,
    mpc::VectorRange vectors) const {
  ledger_->use(party.self(), party.sid(), std::move(vectors));
  mpc::ByteShares shares = mpc::engine_detail::iv_shares(party, plan.count);
  TERCET_CO_TRY(const mpc::Checked<mpc::PublicBytes> opened,
                co_await mpc::open_bytes(party, std::move(shares), mpc::Sealing::first));
  std::vector<mpc::Slot> slots;
  for (const mpc::Iv& iv : mpc::engine_detail::split_ivs(opened.get().view())) {
    slots.emplace_back(version, keystream_of(party.self(), key, iv, plan.blocks));
  }
  co_return slots;
}

}  // namespace tercet::sim
