#pragma once

#include <cstdint>
#include <memory>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/secret/secret_bytes.h"
#include "mpc/aes/ctr_block.h"
#include "mpc/aes/key_schedule.h"
#include "mpc/onehot/stock.h"
#include "mpc/party.h"
#include "mpc/share/rss.h"

namespace tercet::mpc {

inline constexpr std::size_t kHPowers = 1024;

/// One node's shares of one epoch of one key version with everything derived from them: 32 key
/// bytes, 15 round keys, one-hot vectors of the bytes of round key 0, and H to the powers 1..1024.
///
/// Source:  protocol.md 6 "Derived values". Immutable: shared by all sessions that use the key.
/// Secret:  every component. Threads: any, once made.
class KeyMaterial {
 public:
  /// What derivation makes. Move-only.
  class Parts {
   public:
    Parts() = default;
    ByteShares key;             ///< kKeyBytes
    ByteShares round_keys;      ///< kRoundKeyBytes
    OneHotVectors first_round;  ///< 16: vector b has its 1 at byte b of round key 0
    BlockShares h_powers;       ///< [n] = H^(n+1), kHPowers of them
  };

  /// `derived`: names the session and key version for which the values were computed, in every sid
  /// of a session that uses them.
  KeyMaterial(PartyIndex party, const SessionId& derived, Parts parts);
  KeyMaterial(const KeyMaterial&) = delete;
  KeyMaterial& operator=(const KeyMaterial&) = delete;

  PartyIndex party() const { return party_; }

  const SessionId& derived() const { return derived_; }

  const ByteShares& key() const { return parts_.key; }

  AesShares aes() const { return AesShares(parts_.round_keys, parts_.first_round); }

  const BlockShares& h_powers() const { return parts_.h_powers; }

  /// For the node's store, which seals it. The layout starts with a format version and the party.
  SecretBytes serialize() const;
  /// Errors: storage_corrupt (unknown format, wrong length, another party's).
  static Result<std::shared_ptr<const KeyMaterial>> restore(const SecretBytes& stored,
                                                            PartyIndex party);

 private:
  PartyIndex party_;
  SessionId derived_;
  Parts parts_;
};

/// The 32 key bytes' components alone (own, then next: 64 bytes), for the pending record that comes
/// before everything derived. Errors of restore: storage_corrupt.
SecretBytes serialize_components(const ByteShares& components);
Result<ByteShares> restore_components(const SecretBytes& stored);

}  // namespace tercet::mpc
