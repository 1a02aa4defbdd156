#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/party.h"
#include "mpc/wire/proxy_messages.h"
#include "node/model/digest_index.h"

namespace tercet::mpc {
class KeyMaterial;
}

namespace tercet::node {

/// What the service needs to know about a key: the state of its record and, once it has been
/// opened, its shares in RAM. A snapshot; cheap to copy.
class KeyEntry {
 public:
  KeyEntry() = default;
  KeyId id;
  std::string store;  ///< name of its key store in the cluster file; empty for the health key
  mpc::wire::KeyFacts facts;
  KeyVersion version;  ///< the newest, or the one that was asked for
  /// Of the newest: the version before it encrypts too, as long as this node does not know that
  /// both peers have the newest.
  std::optional<KeyVersion> also_encrypts;
  EpochId epoch;  ///< of that version's shares
  /// Of an entry that has been opened: the session that made the derived values in use.
  SessionId derived;
  /// Null until the entry has been opened.
  std::shared_ptr<const mpc::KeyMaterial> material;
};

/// The node's keys as the request path reads them; node/admin implements it. All but `open` is
/// answered from memory.
/// Threads: the service's executor only.
class KeyDirectory {
 public:
  virtual ~KeyDirectory() = default;
  /// The entry with the newest version, not opened.
  virtual std::optional<KeyEntry> find(const KeyId& key) const = 0;
  /// The entry with an older version's epoch, not opened; nothing if there is none.
  virtual std::optional<KeyEntry> find(const KeyId& key, KeyVersion version) const = 0;
  /// One entry for each version of each key.
  virtual std::vector<KeyEntry> list() const = 0;
  /// Fills in `derived` and `material`, from memory or at first use from the disk. Errors:
  /// storage_error, not_found, seal_broken, storage_corrupt: this node cannot use the version.
  virtual Status open(KeyEntry& entry) = 0;
  /// What other nodes should have the same of, by version_name: of each version its epoch, maker
  /// and terms.
  virtual const DigestIndex& settled() const = 0;
  /// Of each version the component that is held in common with the peer on that side.
  virtual const DigestIndex& components(mpc::Side with) const = 0;
  /// Counts `count` IVs of a key version, durably in steps taken ahead, before the first message of
  /// the session that opens them (protocol.md 10). Errors: exhausted (2^32 reached), storage_error.
  virtual Status count_ivs(const KeyId& key, KeyVersion version, std::uint32_t count) = 0;
};

/// What two nodes exchange after link set-up (protocol.md 2): signed commands one of them lacks,
/// keys with epoch and state. Opaque to the link; node/store and node/admin implement it.
/// Threads: the service's executor only.
class CommandExchange {
 public:
  virtual ~CommandExchange() = default;
  /// The id of each command held (its bytes) with the receipts known with it.
  virtual const DigestIndex& digests() const = 0;
  /// The signed command document, or nothing.
  virtual std::optional<Bytes> command(const CommandId& id) const = 0;
  /// A document that a peer passed on: verified like a new one (signatures, receipts), not for
  /// freshness. Returns what the peer lacks of it, to be sent back. Errors: not_authenticated,
  /// invalid_argument, denied, already_exists.
  virtual Result<std::optional<Bytes>> offer(ByteView document) = 0;
};

/// What nodes say to each other of joint decisions, so that one whose session broke off still ends
/// the same at all of them (protocol.md 6 "Votes"). Opaque to the link; node/keymaking implements
/// it. Threads: the service's executor only.
class DecisionExchange {
 public:
  virtual ~DecisionExchange() = default;
  /// What is open here, to be said when a link comes up; a bounded number, each under 2 KiB.
  virtual std::vector<Bytes> open_decisions() const = 0;
  /// Is a decision about the key open, or does a session of one run?
  virtual bool concerns(const KeyId& key) const = 0;
  /// All that this node and the peer have has been compared since this node started: the peer has
  /// said what is open there, votes of this node included.
  virtual void compared_with(mpc::PartyIndex peer) = 0;
  /// Errors: peer_malformed, not_authenticated (a vote whose signature is wrong), unsupported,
  /// overloaded, storage_error.
  virtual Status hear_decision(mpc::PartyIndex from, ByteView said) = 0;
};

}  // namespace tercet::node
