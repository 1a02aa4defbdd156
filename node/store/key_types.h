#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "node/model/key_terms.h"

namespace tercet::node {

/// Names the shares of one key version that one session made.
class KeyEpoch {
 public:
  KeyEpoch() = default;

  KeyEpoch(KeyId key_id, KeyVersion key_version, const EpochId& share_epoch)
      : key(std::move(key_id)), version(key_version), epoch(share_epoch) {}

  auto operator<=>(const KeyEpoch&) const = default;

  KeyId key;
  KeyVersion version;
  EpochId epoch;
};

using ComponentFingerprint = std::array<std::uint8_t, 16>;

/// What an epoch is at a node: stored with this node's YES and not decided yet, or decided.
enum class EpochState : std::uint8_t { voted = 0, current = 1 };

/// What is public about one stored epoch. All but `state`, `settled` and `damaged` is fixed when it
/// is stored: the facts are those of the command in the plan of the session that made it.
class EpochRecord {
 public:
  EpochRecord() = default;

  KeyEpoch name;
  EpochState state = EpochState::voted;
  CommandId made_by;
  std::int64_t created_at = 0;  ///< of that command
  KeyTerms terms;
  /// Hash of the component this node lacks, from both its holders (cross-commitment).
  std::array<std::uint8_t, 32> missing_commitment{};
  /// First bytes of the joint key check (rule K4).
  std::array<std::uint8_t, 4> check_value{};
  /// Of the two components this node holds: compared with the other holders' while the shares stay
  /// sealed (mpc::component_fingerprint).
  ComponentFingerprint own_fingerprint{};
  ComponentFingerprint next_fingerprint{};
  /// Both peers said that it is current there.
  bool settled = false;
  /// In memory only: the stored shares do not open; this node refuses the version (rule D4).
  bool damaged = false;

  bool operator==(const EpochRecord&) const = default;
};

/// A key as this node knows it: its versions with the epoch in use of each. Whether it may be used
/// is another matter (KeyBlocks).
class KeyRecord {
 public:
  KeyRecord() = default;

  /// The one that new encryptions use as soon as all nodes have it.
  const EpochRecord& newest() const { return versions.back(); }

  /// Nullptr where there is none.
  const EpochRecord* find(KeyVersion version) const;

  KeyId key;
  std::vector<EpochRecord> versions;  ///< 1, 2, ...; at least one, all current

  bool operator==(const KeyRecord&) const = default;
};

}  // namespace tercet::node
