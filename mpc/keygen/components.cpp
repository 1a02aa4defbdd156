#include "mpc/keygen/components.h"

#include <algorithm>

#include "core/crypto/hash.h"
#include "core/secret/access.h"
#include "mpc/aes/key_schedule.h"
#include "mpc/keygen/components.inl.h"
#include "mpc/prf/labels.h"

namespace tercet::mpc {
namespace {

constexpr std::size_t kHolderBytes = 32;

void write_name(ByteWriter& out, const KeyName& name) {
  out.blob(name.cluster.view()).text(name.key.text());
  out.u32(name.version.value()).raw(name.epoch.view());
}

std::array<std::uint8_t, 32> hash_of(ByteView encoding) {
  std::array<std::uint8_t, 32> out{};
  shake256(encoding, out);
  return out;
}

/// hash("key", sid, j, bytes of P_j, bytes of P_{j-1})
SecretBytes created_component(const SessionId& sid,
                              PartyIndex index,
                              const SecretBytes& of_index,
                              const SecretBytes& of_previous) {
  const SecretAccess access = SecretAccess::grant();
  ByteWriter in;
  in.text(kLabelKeyComponent).blob(sid.view()).u8(number(index));
  in.blob(of_index.expose(access)).blob(of_previous.expose(access));
  SecretBytes out(kKeyBytes);
  shake256(in.bytes(), out.expose_mutable(access));
  return out;
}

}  // namespace

Result<ByteShares> create_components(const Party& party,
                                     const KeyName& name,
                                     const HolderBytes& bytes) {
  for (const SecretBytes* part :
       {bytes.to_next, bytes.from_next, bytes.to_previous, bytes.from_previous}) {
    if (part->size() != kHolderBytes) {
      return Error(Errc::peer_malformed, "create a key: a holder's contribution is not 32 bytes");
    }
  }
  const SessionId sid = step_sid(party.sid(), name.key, name.version, "components");
  const PartyIndex self = party.self();
  return ByteShares(created_component(sid, self, *bytes.to_previous, *bytes.from_previous),
                    created_component(sid, next(self), *bytes.from_next, *bytes.to_next));
}

std::array<std::uint8_t, 32> component_digest(const PairSecret& pair,
                                              const SessionId& context,
                                              const KeyName& name,
                                              PartyIndex index,
                                              ByteView component) {
  ByteWriter in;
  in.text(kLabelComponentDigest).blob(pair.digest_key().expose(SecretAccess::grant()));
  in.blob(context.view());
  write_name(in, name);
  in.u8(number(index)).blob(component);
  return hash_of(in.bytes());
}

std::array<std::uint8_t, 32> component_commitment(const KeyName& name,
                                                  PartyIndex index,
                                                  ByteView salt,
                                                  ByteView component) {
  ByteWriter in;
  in.text(kLabelCrossCommit);
  write_name(in, name);
  in.u8(number(index)).blob(salt).blob(component);
  return hash_of(in.bytes());
}

std::array<std::uint8_t, 16> component_fingerprint(const EpochId& epoch,
                                                   PartyIndex index,
                                                   const SecretBytes& component) {
  ByteWriter in;
  in.text(kLabelComponentFingerprint).blob(epoch.view()).u8(number(index));
  in.blob(component.expose(SecretAccess::grant()));
  std::array<std::uint8_t, 16> out{};
  shake256(in.bytes(), out);
  return out;
}

namespace components_detail {

Statements::Statements(const Party& step, const KeyName& name, const ByteShares& components)
    : salts(2 * kHashBytes) {
  TERCET_CHECK(components.size() == kKeyBytes);
  const SecretAccess access = SecretAccess::grant();
  const MutableByteView salt_own = salts.expose_mutable(access).first(kHashBytes);
  const MutableByteView salt_next = salts.expose_mutable(access).last(kHashBytes);
  step.with_previous().fill(kUseCrossCommitSalt, step.sid(), 0, salt_own);
  step.with_next().fill(kUseCrossCommitSalt, step.sid(), 0, salt_next);

  const PartyIndex own_index = step.self();
  const PartyIndex next_index = next(own_index);
  const ByteView own = components.own.expose(access);
  const ByteView next_component = components.next.expose(access);
  const auto digest_own = component_digest(step.with_previous(), step.sid(), name, own_index, own);
  const auto digest_next =
      component_digest(step.with_next(), step.sid(), name, next_index, next_component);
  const auto hash_own = component_commitment(name, own_index, salt_own, own);
  const auto hash_next = component_commitment(name, next_index, salt_next, next_component);
  for_next = ByteWriter().raw(digest_next).raw(hash_own).take();
  for_previous = ByteWriter().raw(digest_own).raw(hash_next).take();
}

}  // namespace components_detail

template Task<Result<CrossCommitment>> cross_commit<FullDefences>(Party&,
                                                                  KeyName,
                                                                  const ByteShares&);

}  // namespace tercet::mpc
