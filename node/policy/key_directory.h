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

namespace tercet::mpc {
class KeyMaterial;
}

namespace tercet::node {

/// What the service needs to know about a key: the state of its record and, where it can be used
/// here, its shares in RAM. A snapshot; cheap to copy.
class KeyEntry {
 public:
  KeyEntry() = default;
  KeyId id;
  std::string store;  ///< name of its key store in the cluster file; empty for the health key
  mpc::wire::KeyFacts facts;
  KeyVersion version;  ///< the one new encryptions use
  Epoch epoch;         ///< of that version's shares
  SessionId derived;   ///< the session that made the derived values in use
  std::uint64_t revision = 0;
  /// Null if this node cannot use the key (record corrupt, set not complete).
  std::shared_ptr<const mpc::KeyMaterial> material;
};

/// The node's keys as the request path reads them, from memory; node/store implements it.
/// Threads: the service's executor only.
class KeyDirectory {
 public:
  virtual ~KeyDirectory() = default;
  /// The entry with the current version.
  virtual std::optional<KeyEntry> find(const KeyId& key) const = 0;
  /// The entry with an older version's epoch, derived set and material; nothing if there is none.
  virtual std::optional<KeyEntry> find(const KeyId& key, KeyVersion version) const = 0;
  virtual std::vector<KeyEntry> list() const = 0;
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
  /// Ids of all commands held, in the order of the log.
  virtual std::vector<CommandId> command_ids() const = 0;
  /// The signed command document, or nothing.
  virtual std::optional<Bytes> command(const CommandId& id) const = 0;
  /// A document that a peer passed on: verified like a new one (signatures, revision), not for
  /// freshness. Errors: not_authenticated, invalid_argument, wrong_state.
  virtual Status offer(ByteView document) = 0;
};

/// What nodes pass on about epochs after link set-up, so that a session that broke off after its
/// HELDs still ends well (protocol.md 6 "Order"): signed HELDs and the result of the key check.
/// Each statement is opaque to the link; node/admin implements it. Threads: the service's executor
/// only.
class KeyStatements {
 public:
  virtual ~KeyStatements() = default;
  /// One statement for each epoch that is pending or active here; each under 2 KiB.
  virtual std::vector<Bytes> statements() const = 0;
  /// Errors: peer_malformed, not_authenticated (a HELD whose signature is wrong).
  virtual Status offer_statement(mpc::PartyIndex from, ByteView statement) = 0;
};

}  // namespace tercet::node
