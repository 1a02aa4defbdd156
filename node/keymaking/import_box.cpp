#include "node/keymaking/import_box.h"

#include <algorithm>

#include "core/crypto/box.h"
#include "core/crypto/hash.h"
#include "core/ct/ct.h"
#include "core/secret/access.h"

namespace tercet::node {
namespace {

constexpr std::size_t kPartBytes = 32;  ///< of a component and of a salt
constexpr std::size_t kPartsInBox = 4;

Bytes box_heading(const ImportBinding& binding, mpc::PartyIndex node) {
  ByteWriter heading;
  heading.text("tercet import box v1")
      .raw(binding.cluster.view())
      .text(binding.key.text())
      .u32(binding.version.value())
      .raw(binding.nonce)
      .u8(mpc::number(node));
  return heading.take();
}

SecretBytes part_of(ByteView parts, std::size_t index) {
  return SecretBytes::copy_of(parts.subspan(index * kPartBytes, kPartBytes));
}

bool commitment_holds(const ImportPayload& payload,
                      const ImportBinding& binding,
                      mpc::PartyIndex component,
                      const SecretBytes& salt,
                      const SecretBytes& value) {
  const auto hash = import_commitment(binding, component, salt, value);
  return ct::equal(hash, payload.commitments[mpc::number(component) - 1U]);
}

}  // namespace

SecretBytes pack_import_box(const ImportBinding& binding,
                            mpc::PartyIndex node,
                            const SecretBytes& own,
                            const SecretBytes& own_salt,
                            const SecretBytes& next,
                            const SecretBytes& next_salt) {
  const Bytes heading = box_heading(binding, node);
  SecretBytes box(heading.size() + kPartsInBox * kPartBytes);
  MutableByteView rest = box.expose_mutable(SecretAccess::grant());
  std::copy(heading.begin(), heading.end(), rest.begin());
  rest = rest.subspan(heading.size());
  for (const SecretBytes* part : {&own, &own_salt, &next, &next_salt}) {
    TERCET_CHECK(part->size() == kPartBytes);
    const ByteView bytes = part->expose(SecretAccess::grant());
    std::copy(bytes.begin(), bytes.end(), rest.begin());
    rest = rest.subspan(kPartBytes);
  }
  return box;
}

std::array<std::uint8_t, 32> import_commitment(const ImportBinding& binding,
                                               mpc::PartyIndex component,
                                               const SecretBytes& salt,
                                               const SecretBytes& value) {
  ByteWriter heading;
  heading.text("tercet import commitment v1")
      .raw(binding.cluster.view())
      .text(binding.key.text())
      .u32(binding.version.value())
      .raw(binding.nonce)
      .u8(mpc::number(component));
  return Sha256()
      .update(heading.bytes())
      .update(salt.expose(SecretAccess::grant()))
      .update(value.expose(SecretAccess::grant()))
      .finish();
}

Result<SecretBytes> open_import(const ImportPayload& payload,
                                ImportBinding binding,
                                mpc::PartyIndex self,
                                const BoxKey& import_key) {
  binding.nonce = payload.nonce;
  Result<SecretBytes> box = import_key.open(payload.boxes[mpc::number(self) - 1U]);
  if (!box) {
    return Error(Errc::seal_broken, "open imported shares: the box is not for this node's key")
        .hint("import with the cluster file that the nodes use");
  }
  const Bytes heading = box_heading(binding, self);
  const ByteView content = box->expose(SecretAccess::grant());
  if (content.size() != heading.size() + kPartsInBox * kPartBytes ||
      !std::equal(heading.begin(), heading.end(), content.begin())) {
    return Error(Errc::seal_broken, "open imported shares: the box belongs to another import");
  }
  const ByteView parts = content.subspan(heading.size());
  const SecretBytes own = part_of(parts, 0);
  const SecretBytes next = part_of(parts, 2);
  if (!commitment_holds(payload, binding, self, part_of(parts, 1), own) ||
      !commitment_holds(payload, binding, mpc::next(self), part_of(parts, 3), next)) {
    return Error(Errc::invalid_argument,
                 "open imported shares: they are not what the importer committed to");
  }
  SecretBytes both(2 * kPartBytes);
  const MutableByteView into = both.expose_mutable(SecretAccess::grant());
  std::copy_n(parts.begin(), kPartBytes, into.begin());
  std::copy_n(parts.begin() + 2 * kPartBytes, kPartBytes, into.begin() + kPartBytes);
  return both;
}

}  // namespace tercet::node
