#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/party.h"
#include "node/store/key_types.h"

namespace tercet {
class SecretBytes;
}  // namespace tercet

namespace tercet::node {

class Database;
class ShareSealer;
class Statement;

/// What is public about one stored epoch.
class EpochRecord {
 public:
  EpochRecord() = default;

  KeyEpoch name;
  EpochState state = EpochState::pending;
  SessionId session;  ///< that fixed the components
  bool has_derived = false;
  /// Hash of the component this node lacks, from both its holders (cross-commitment); empty before.
  std::optional<std::array<std::uint8_t, 32>> missing_commitment;
  /// First bytes of the joint key check (rule K4); empty before.
  std::optional<std::array<std::uint8_t, 4>> check_value;
};

/// A node's statement that it holds the set of an epoch durably.
class HeldSignature {
 public:
  HeldSignature() = default;

  HeldSignature(mpc::PartyIndex signer, const std::array<std::uint8_t, 64>& bytes)
      : node(signer), signature(bytes) {}

  mpc::PartyIndex node = mpc::PartyIndex::p1;
  std::array<std::uint8_t, 64> signature{};
};

/// Sealed records of shares: per epoch the 32-byte components with their salts, and the derived
/// values. Each is sealed with XChaCha20-Poly1305 under the node's sealing key, with node, key,
/// version, epoch, kind and format as associated data (rule D3): moved, swapped or altered records
/// do not open (seal_broken).
///
/// Source:  protocol.md 6 "Order of every session that makes an epoch"; rules D1, D3, D5.
/// Secret:  whatever is a SecretBytes; everything else is public.
/// Threads: one, that of NodeStore. Every Status that is ok is durable.
class ShareStore {
 public:
  ShareStore(Database& database, const ShareSealer& sealer)
      : database_(&database), sealer_(&sealer) {}

  /// Step 1: the components, pending. Errors: already_exists (the epoch is taken).
  Status put_components(const KeyEpoch& name,
                        const SessionId& session,
                        const SecretBytes& components);
  /// Step 2: what the cross-commitments left: the hash of the missing component, and the salts of
  /// the two held ones.
  Status put_commitments(const KeyEpoch& name,
                         const std::array<std::uint8_t, 32>& missing_commitment,
                         const SecretBytes& salts);
  /// Step 3: the derived values. With them the set is complete.
  Status put_derived(const KeyEpoch& name, const SecretBytes& derived);
  /// Step 4, and what others passed on. The caller verified the signature.
  Status put_held(const KeyEpoch& name, const HeldSignature& held);
  /// Step 5: the result of the key check.
  Status put_check_value(const KeyEpoch& name, const std::array<std::uint8_t, 4>& value);
  /// Step 6. Errors: wrong_state unless derived values, commitments, check value and three HELDs
  /// are there. Another active epoch of the version becomes retired in the same transaction.
  Status activate(const KeyEpoch& name);

  Result<EpochRecord> find(const KeyEpoch& name) const;
  /// All epochs of all keys, in order.
  Result<std::vector<EpochRecord>> all() const;
  /// The highest epoch stored of a version, in whatever state; epoch 0 if there is none.
  Result<Epoch> highest(const KeyId& key, KeyVersion version) const;
  Result<std::vector<HeldSignature>> held(const KeyEpoch& name) const;

  /// Errors of these: not_found, seal_broken (rule D4: the caller marks the key as damaged).
  Result<SecretBytes> components(const KeyEpoch& name) const;
  Result<SecretBytes> salts(const KeyEpoch& name) const;
  Result<SecretBytes> derived(const KeyEpoch& name) const;

 private:
  enum class Part : std::uint8_t { components = 1, salts = 2, derived = 3 };
  static Bytes part_name(const KeyEpoch& name, Part part);
  Result<EpochRecord> read(const Statement& row) const;
  Result<SecretBytes> open_part(const KeyEpoch& name, Part part) const;
  Bytes seal_part(const KeyEpoch& name, Part part, const SecretBytes& plain) const;
  Status write_part(const KeyEpoch& name, const char* sql, Part part, const SecretBytes& plain);
  /// Writes the public columns with the row's new code.
  Status update(const EpochRecord& record);
  Status retire_others(const KeyEpoch& name);

  Database* database_;
  const ShareSealer* sealer_;
};

}  // namespace tercet::node
