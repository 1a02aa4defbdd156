// Slots as three nodes send them: three blobs. Oracle: what combines does so to the same keystream
// from either copy, of the size asked for, and not if one bit of one message differs.
#include "mpc/wire/release.h"
#include "tests/fuzz/fuzz_target.h"

FUZZ_TARGET(release, input) {
  using namespace tercet;             // NOLINT(google-build-using-namespace): fuzz body
  using namespace tercet::mpc::wire;  // NOLINT(google-build-using-namespace): fuzz body
  using fuzz::require;
  ByteReader reader(input);
  const std::size_t count = reader.u8();
  const std::size_t blocks = reader.u8();
  const std::uint16_t flipped = reader.u16();
  FromNodes<SlotsMade> made;
  for (SlotsMade& one : made) {
    Result<SlotsMade> decoded = SlotsMade::decode(reader.blob(64UL * 1024));
    if (!decoded) {
      return;
    }
    one = std::move(decoded).value();
  }
  const Result<CombinedSlots> combined = combine_slots(made, count, blocks);
  if (!combined) {
    return;
  }
  require(combined->keystream == combined->keystream_second, "both copies say the same");
  require(combined->keystream.size() == count * blocks * 16, "as long as asked for");
  require(combined->ivs.size() == count, "an IV for each");
  Bytes& victim = (flipped & 1U) != 0 ? made[flipped % 3].keystream_own : made[flipped % 3].ivs;
  if (!victim.empty()) {
    victim[flipped % victim.size()] ^= std::uint8_t{0x10};
    require(!combine_slots(made, count, blocks).ok(), "a flipped bit is noticed");
  }
}
