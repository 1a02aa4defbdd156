#include "node/cli/key_split.h"

#include <array>
#include <utility>

#include "core/crypto/box.h"
#include "core/secret/access.h"

namespace tercet::node {

Result<ImportPayload> split_key(const SecretBytes& raw_key,
                                ImportBinding binding,
                                const ClusterConfig& cluster,
                                RandomSource& random) {
  constexpr std::size_t kKeyBytes = 32;
  if (raw_key.size() != kKeyBytes || cluster.nodes.size() != mpc::kAllParties.size()) {
    return Error(Errc::invalid_argument, "split a key: it is not an AES-256 key of 32 bytes")
        .hint("give a file of 32 raw bytes or 64 hexadecimal digits");
  }
  ImportPayload payload;
  random.fill(payload.nonce);
  binding.nonce = payload.nonce;

  // Components 2 and 3 at random; component 1 is what is missing to the key.
  std::array<SecretBytes, 3> components = {raw_key.clone(),
                                           SecretBytes::random(kKeyBytes, random),
                                           SecretBytes::random(kKeyBytes, random)};
  const MutableByteView first = components[0].expose_mutable(SecretAccess::grant());
  for (std::size_t i = 0; i < kKeyBytes; ++i) {
    first[i] = static_cast<std::uint8_t>(first[i] ^ components[1].expose(SecretAccess::grant())[i] ^
                                         components[2].expose(SecretAccess::grant())[i]);
  }

  std::array<SecretBytes, 3> salts;
  for (const mpc::PartyIndex party : mpc::kAllParties) {
    const std::size_t i = mpc::number(party) - 1U;
    salts[i] = SecretBytes::random(kKeyBytes, random);
    payload.commitments[i] = import_commitment(binding, party, salts[i], components[i]);
  }
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    const std::size_t own = mpc::number(node) - 1U;
    const std::size_t next = mpc::number(mpc::next(node)) - 1U;
    const SecretBytes box =
        pack_import_box(binding, node, components[own], salts[own], components[next], salts[next]);
    payload.boxes[own] = cluster.nodes[own].import_public_key.seal(box);
  }
  return payload;
}

}  // namespace tercet::node
