#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/secret/secret_bytes.h"
#include "node/store/database.h"
#include "node/store/key_records.h"
#include "node/store/key_types.h"

namespace tercet::node {

class ShareSealer;
class Statement;

/// What is secret of one epoch; move-only.
class EpochShares {
 public:
  EpochShares() = default;
  SecretBytes components;  ///< the two of the 32 key bytes
  SecretBytes salts;       ///< of their cross-commitments
  SecretBytes derived;     ///< mpc::KeyMaterial, serialized
};

inline constexpr const char* kEpochTables = R"sql(
CREATE TABLE epochs (
  session BLOB NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  state INTEGER NOT NULL,
  made_by BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  store TEXT NOT NULL,
  usage TEXT NOT NULL,
  framing TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  missing_commitment BLOB NOT NULL,
  check_value BLOB NOT NULL,
  own_fingerprint BLOB NOT NULL,
  next_fingerprint BLOB NOT NULL,
  settled INTEGER NOT NULL,
  code BLOB NOT NULL,
  PRIMARY KEY (session, key, version)
) STRICT;
CREATE UNIQUE INDEX epochs_current ON epochs (key, version) WHERE state = 1;
CREATE INDEX epochs_voted ON epochs (session) WHERE state = 0;
CREATE TABLE shares (
  session BLOB NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  components BLOB NOT NULL,
  salts BLOB NOT NULL,
  derived BLOB NOT NULL,
  PRIMARY KEY (session, key, version),
  FOREIGN KEY (session, key, version) REFERENCES epochs (session, key, version) ON DELETE CASCADE
) STRICT;
)sql";

/// The epochs of all key versions: what is public of each, and its shares in sealed records. Each
/// record is sealed with XChaCha20-Poly1305 under the node's sealing key, with node, key, version,
/// epoch, kind and format as associated data (rule D3): moved, swapped or altered records do not
/// open (seal_broken).
///
/// An epoch is stored whole, in the transaction of this node's YES, and goes whole: what was not
/// voted for was never on disk.
///
/// Source:  protocol.md 6; rules D1, D3, D5.
/// Secret:  whatever is a SecretBytes; everything else is public.
/// Threads: one, that of NodeStore. Every Status that is ok is durable.
class ShareStore final : public Mirror {
 public:
  /// Reads and authenticates what is public of every epoch; no shares are read. Errors:
  /// storage_error, storage_corrupt.
  static Result<ShareStore> load(Database& database, const ShareSealer& sealer);

  /// As `voted`. Errors: already_exists.
  Status put(const EpochRecord& epoch, const EpochShares& shares);
  /// Errors: not_found, already_exists (the version has another current epoch).
  Status make_current(const KeyEpoch& name);
  /// Errors: not_found, wrong_state (it is current).
  Status drop(const KeyEpoch& name);
  /// Both peers have it too. Errors: not_found.
  Status mark_settled(const KeyEpoch& name);
  /// Derived values that were made anew.
  Status put_derived(const KeyEpoch& name, const SecretBytes& derived);

  /// In memory only (rule D4).
  void mark_damaged(const KeyEpoch& name) { keys_.mark_damaged(name.key, name.version); }

  const KeyRecords& keys() const { return keys_; }

  /// Errors: not_found.
  Result<EpochRecord> find(const KeyEpoch& name) const;
  /// All that one session made and that is stored here.
  Result<std::vector<EpochRecord>> of_session(const SessionId& session) const;
  /// Those with this node's YES that are not decided.
  Result<std::vector<EpochRecord>> voted() const;

  /// Errors of these: not_found, seal_broken (rule D4: the caller marks the version as damaged).
  Result<SecretBytes> components(const KeyEpoch& name) const;
  Result<SecretBytes> salts(const KeyEpoch& name) const;
  Result<SecretBytes> derived(const KeyEpoch& name) const;

  Status read_anew() override;

 private:
  enum class Part : std::uint8_t { components = 1, salts = 2, derived = 3 };

  ShareStore(Database& database, const ShareSealer& sealer)
      : database_(&database), sealer_(&sealer) {}

  static const char* column_of(Part part);
  static Bytes part_name(const KeyEpoch& name, Part part);
  Result<EpochRecord> read(const Statement& row) const;
  Result<std::vector<EpochRecord>> read_all(Statement query) const;
  Result<SecretBytes> open_part(const KeyEpoch& name, Part part) const;
  Bytes seal_part(const KeyEpoch& name, Part part, const SecretBytes& plain) const;
  Status insert(const EpochRecord& epoch);
  Status update(const EpochRecord& epoch);

  Database* database_;
  const ShareSealer* sealer_;
  KeyRecords keys_;
};

}  // namespace tercet::node
