// Boxes of an import: the input is a box as it arrives, and what somebody who knows the node's
// public key could put into one. Oracle: only what the importer packed and committed to is opened.
#include "core/crypto/box.h"
#include "core/random/deterministic.h"
#include "core/secret/access.h"
#include "node/keymaking/import_box.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace tercet;        // NOLINT(google-build-using-namespace): fuzz body
using namespace tercet::node;  // NOLINT(google-build-using-namespace): fuzz body
using fuzz::require;
using mpc::PartyIndex;

/// One genuine import to node 1.
struct Genuine {
  Genuine() {
    const auto commit = [&](PartyIndex party) {
      payload.commitments[mpc::number(party) - 1U] = import_commitment(binding, party, part, part);
    };
    commit(PartyIndex::p1);
    commit(PartyIndex::p2);
  }

  DeterministicRandom random{"import"};
  BoxKey key = BoxKey::generate(random);
  SecretBytes part = SecretBytes::copy_of(Bytes(32, 'a'));  ///< components and salts alike
  ImportBinding binding{ClusterId(), KeyId::parse("k").value(), KeyVersion(1)};
  ImportPayload payload;
  Bytes content = to_bytes(pack_import_box(binding, PartyIndex::p1, part, part, part, part)
                               .expose(SecretAccess::grant()));
};

}  // namespace

FUZZ_TARGET(import_box, input) {
  static Genuine genuine;
  ImportPayload payload = genuine.payload;
  const auto open = [&] {
    return open_import(payload, genuine.binding, PartyIndex::p1, genuine.key);
  };
  payload.boxes[0] = to_bytes(input);
  require(!open().ok(), "what was not sealed does not open");
  payload.boxes[0] = genuine.key.public_key().seal(SecretBytes::copy_of(input));
  const bool same =
      std::equal(input.begin(), input.end(), genuine.content.begin(), genuine.content.end());
  require(open().ok() == same, "only the importer's content is taken");
}
