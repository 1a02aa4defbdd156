#include "mpc/engine/engine.h"

#include <set>

#include "core/crypto/hash.h"
#include "mpc/engine/engine.inl.h"
#include "mpc/prf/labels.h"

namespace tercet::mpc {

Keystream::Keystream(std::shared_ptr<const KeyMaterial> key,
                     const Iv& iv,
                     ByteShares blocks,
                     ByteShares e)
    : key_(std::move(key)), iv_(iv), blocks_(std::move(blocks)), e_(std::move(e)) {
  TERCET_CHECK(key_ != nullptr);
  TERCET_CHECK(blocks_.size() % kAesBlockBytes == 0 && e_.size() == kAesBlockBytes);
}

std::size_t Keystream::block_count() const {
  return blocks_.size() / kAesBlockBytes;
}

Slot::Slot(KeyVersion version, Keystream keystream)
    : version_(version), keystream_(std::move(keystream)) {}

wire::SlotsMade offer_slots(const SessionId& sid, const std::vector<Slot>& slots) {
  const SecretAccess access = SecretAccess::grant();
  ByteWriter ivs;
  ByteWriter own;
  ByteWriter next_component;
  for (const Slot& slot : slots) {
    ivs.raw(slot.iv());
    own.raw(slot.keystream().blocks().own.expose(access));
    next_component.raw(slot.keystream().blocks().next.expose(access));
  }
  wire::SlotsMade out;
  out.sid = sid;
  out.version = slots.empty() ? KeyVersion() : slots.front().version();
  out.ivs = ivs.take();
  out.keystream_own = own.take();
  out.keystream_next = next_component.take();
  return out;
}

namespace engine_detail {

ByteShares iv_shares(const Party& party, std::size_t count) {
  ByteShares out(count * kIvBytes);
  for (std::size_t s = 0; s < count; ++s) {
    store_slice(out, s * kIvBytes, party.random_shares(kUseIv, s, kIvBytes));
  }
  return out;
}

std::vector<Iv> split_ivs(ByteView opened) {
  std::vector<Iv> out(opened.size() / kIvBytes);
  for (std::size_t s = 0; s < out.size(); ++s) {
    std::copy_n(opened.subspan(s * kIvBytes).begin(), kIvBytes, out[s].begin());
  }
  return out;
}

bool all_different(const std::vector<Iv>& ivs) {
  return std::set<Iv>(ivs.begin(), ivs.end()).size() == ivs.size();
}

std::vector<Iv> formula_ivs(const SessionId& sid, std::size_t count) {
  Bytes stream(count * kIvBytes);
  shake256(sid.view(), stream);
  return split_ivs(stream);
}

Keystream cut_keystream(std::shared_ptr<const KeyMaterial> key,
                        const Iv& iv,
                        const ByteShares& encrypted,
                        std::size_t first_block,
                        std::size_t blocks) {
  const std::size_t at = first_block * kAesBlockBytes;
  ByteShares e = encrypted.slice(at, kAesBlockBytes);
  ByteShares text = encrypted.slice(at + kAesBlockBytes, blocks * kAesBlockBytes);
  return Keystream(std::move(key), iv, std::move(text), std::move(e));
}

Status check_fits(const Keystream& keystream,
                  const KeyMaterial& key,
                  const Iv& iv,
                  std::size_t text_bytes) {
  if (keystream.key() == nullptr) {
    return Error(Errc::already_burnt, "use a keystream: it was moved out before");
  }
  if (keystream.key()->derived() != key.derived() || keystream.key()->party() != key.party()) {
    return Error(Errc::wrong_state, "use a keystream: it is another key's");
  }
  if (keystream.iv() != iv) {
    return Error(Errc::wrong_state, "use a keystream: it is another IV's");
  }
  if (keystream.blocks().size() < text_bytes) {
    return Error(Errc::wrong_state, "use a keystream: it is too short");
  }
  return ok_status();
}

}  // namespace engine_detail

template Task<Result<Keystream>> compute_keystream<FullDefences>(
    Party&, std::shared_ptr<const KeyMaterial>, Iv, std::size_t, VectorRange);
template Task<Result<std::vector<Slot>>> make_slots<FullDefences>(
    Party&, std::shared_ptr<const KeyMaterial>, KeyVersion, SlotsPlan, VectorRange);

}  // namespace tercet::mpc
