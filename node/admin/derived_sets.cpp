#include "node/admin/derived_sets.h"

#include "core/secret/secret_bytes.h"
#include "mpc/engine/key_material.h"
#include "mpc/keygen/components.h"
#include "node/store/share_store.h"

namespace tercet::node {

DerivedSets::Material DerivedSets::kept(const KeyEpoch& name) {
  const Kept* found = kept_.use(Name(name.key, name.version));
  return found != nullptr && found->epoch == name.epoch ? found->material : nullptr;
}

Result<DerivedSets::Material> DerivedSets::open(const EpochRecord& epoch) {
  if (Material material = kept(epoch.name)) {
    return material;
  }
  TERCET_TRY(Material material, read(epoch));
  ++opened_;
  kept_.put(Name(epoch.name.key, epoch.name.version), Kept{epoch.name.epoch, material});
  return material;
}

Result<DerivedSets::Material> DerivedSets::read(const EpochRecord& epoch) const {
  // The components are for a later refresh: damage is found while the peers still have theirs.
  TERCET_TRY(const SecretBytes components, shares_->components(epoch.name));
  TERCET_TRY(const mpc::ByteShares stored, mpc::restore_components(components));
  TERCET_TRY(const SecretBytes derived, shares_->derived(epoch.name));
  TERCET_TRY(Material material, mpc::KeyMaterial::restore(derived, party_));
  // What peers compared is the row's word; it must be true of the shares behind it.
  for (const mpc::ByteShares* shares : {&stored, &material->key()}) {
    if (mpc::component_fingerprint(epoch.name.epoch, party_, shares->own) !=
            epoch.own_fingerprint ||
        mpc::component_fingerprint(epoch.name.epoch, mpc::next(party_), shares->next) !=
            epoch.next_fingerprint) {
      return Error(Errc::storage_corrupt, "open a key's shares: they are not those of its row")
          .hint("put this node's newest data back from its own backup");
    }
  }
  return material;
}

void DerivedSets::forget(const KeyEpoch& name) {
  kept_.erase(Name(name.key, name.version));
}

}  // namespace tercet::node
