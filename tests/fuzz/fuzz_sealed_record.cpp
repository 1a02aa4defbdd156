// Sealed records of a node's database. Oracles: the input as a record never opens; as content it
// comes back whole, under its own name, at its own node, and not with one bit changed.
#include "core/random/deterministic.h"
#include "core/secret/access.h"
#include "node/store/share_sealer.h"
#include "tests/fuzz/fuzz_target.h"

FUZZ_TARGET(sealed_record, input) {
  using namespace tercet;  // NOLINT(google-build-using-namespace): fuzz body
  using fuzz::require;
  static DeterministicRandom random("sealer");
  static const SecretBytes key = SecretBytes::random(32, random);
  static const node::ShareSealer sealer(key, "node-1");
  static const node::ShareSealer elsewhere(key, "node-2");
  fuzz::Cutter cutter(input.first(std::min<std::size_t>(input.size(), 4096)));
  const std::size_t at = cutter.byte() + 256U * cutter.byte();
  const ByteView content = cutter.rest();
  require(!sealer.open(content, content).ok(), "what was not sealed does not open");
  require(!sealer.check_row("keys", content, content).ok(), "nor is it a row's code");
  Bytes sealed = sealer.seal(content, SecretBytes::copy_of(content));
  const Result<SecretBytes> opened = sealer.open(content, sealed);
  require(opened.ok(), "what was sealed opens");
  const ByteView view = opened->expose(SecretAccess::grant());
  require(std::equal(view.begin(), view.end(), content.begin(), content.end()), "and is whole");
  require(!elsewhere.open(content, sealed).ok(), "only at its node");
  sealed[at % sealed.size()] ^= std::uint8_t{1};
  require(!sealer.open(content, sealed).ok(), "only unchanged");
}
