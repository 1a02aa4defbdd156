#include "mpc/engine/key_material.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/secret/access.h"

// Stored layout: u8 format, u8 party, 32 bytes derived sid, then of each part the own component and
// the next one: key, round keys, vectors of round key 0, powers of H. All lengths are fixed.

namespace tercet::mpc {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kHeadBytes = 2 + SessionId::kBytes;
constexpr std::size_t kFirstRoundBytes = kFirstRoundVectors * kVectorBytes;
constexpr std::size_t kPowersBytes = kHPowers * kBlockBytes;
constexpr std::size_t kStoredBytes =
    kHeadBytes + 2 * (kKeyBytes + kRoundKeyBytes + kFirstRoundBytes + kPowersBytes);

/// Copies parts of fixed sizes one after the other.
class Appender {
 public:
  explicit Appender(MutableByteView into) : rest_(into) {}

  void add(ByteView bytes) {
    TERCET_CHECK(bytes.size() <= rest_.size());
    std::copy(bytes.begin(), bytes.end(), rest_.begin());
    rest_ = rest_.subspan(bytes.size());
  }

  void add(const ByteShares& shares) {
    const SecretAccess access = SecretAccess::grant();
    add(shares.own.expose(access));
    add(shares.next.expose(access));
  }

  bool full() const { return rest_.empty(); }

 private:
  MutableByteView rest_;
};

class Cutter {
 public:
  explicit Cutter(ByteView from) : rest_(from) {}

  ByteView bytes(std::size_t size) {
    TERCET_CHECK(size <= rest_.size());
    const ByteView front = rest_.first(size);
    rest_ = rest_.subspan(size);
    return front;
  }

  ByteShares shares(std::size_t size) {
    SecretBytes own = SecretBytes::copy_of(bytes(size));
    return ByteShares(std::move(own), SecretBytes::copy_of(bytes(size)));
  }

 private:
  ByteView rest_;
};

}  // namespace

KeyMaterial::KeyMaterial(PartyIndex party, const SessionId& derived, Parts parts)
    : party_(party), derived_(derived), parts_(std::move(parts)) {
  TERCET_CHECK(parts_.key.size() == kKeyBytes);
  TERCET_CHECK(parts_.round_keys.size() == kRoundKeyBytes);
  TERCET_CHECK(parts_.first_round.count() == kFirstRoundVectors);
  TERCET_CHECK(parts_.h_powers.count() == kHPowers);
}

SecretBytes KeyMaterial::serialize() const {
  SecretBytes out(kStoredBytes);
  Appender to(out.expose_mutable(SecretAccess::grant()));
  const std::array<std::uint8_t, 2> head = {kFormat, number(party_)};
  to.add(head);
  to.add(derived_.view());
  to.add(parts_.key);
  to.add(parts_.round_keys);
  to.add(parts_.first_round.bits);
  to.add(parts_.h_powers.bytes);
  TERCET_CHECK(to.full());
  return out;
}

Result<std::shared_ptr<const KeyMaterial>> KeyMaterial::restore(const SecretBytes& stored,
                                                                PartyIndex party) {
  if (stored.size() != kStoredBytes) {
    return Error(Errc::storage_corrupt, "restore a key: the record has a wrong length");
  }
  Cutter from(stored.expose(SecretAccess::grant()));
  const ByteView head = from.bytes(2);
  if (head[0] != kFormat) {
    return Error(Errc::storage_corrupt, "restore a key: the record has an unknown format");
  }
  if (head[1] != number(party)) {
    return Error(Errc::storage_corrupt, "restore a key: the record is another node's");
  }
  const SessionId derived = SessionId::copy_of(from.bytes(SessionId::kBytes));
  Parts parts;
  parts.key = from.shares(kKeyBytes);
  parts.round_keys = from.shares(kRoundKeyBytes);
  parts.first_round = OneHotVectors(from.shares(kFirstRoundBytes));
  parts.h_powers = BlockShares(from.shares(kPowersBytes));
  return std::make_shared<const KeyMaterial>(party, derived, std::move(parts));
}

SecretBytes serialize_components(const ByteShares& components) {
  TERCET_CHECK(components.size() == kKeyBytes);
  SecretBytes out(2 * kKeyBytes);
  Appender to(out.expose_mutable(SecretAccess::grant()));
  to.add(components);
  return out;
}

Result<ByteShares> restore_components(const SecretBytes& stored) {
  if (stored.size() != 2 * kKeyBytes) {
    return Error(Errc::storage_corrupt, "restore key components: the record has a wrong length");
  }
  Cutter from(stored.expose(SecretAccess::grant()));
  return from.shares(kKeyBytes);
}

}  // namespace tercet::mpc
