#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/decision/decision.h"
#include "node/decision/vote.h"

namespace tercet::node {

/// One key version that a decision is about, and the command that asks for it.
class DecidedKey {
 public:
  DecidedKey() = default;

  DecidedKey(KeyId its_key, KeyVersion its_version, const CommandId& its_command)
      : key(std::move(its_key)), version(its_version), command(its_command) {}

  bool operator==(const DecidedKey&) const = default;

  KeyId key;
  KeyVersion version;
  CommandId command;
};

/// What a node keeps of a decision that it voted on: for good where it ended with a certificate,
/// which a peer that missed it asks for. `keys` is empty for a refresh.
class DecisionRecord {
 public:
  DecisionRecord() = default;

  bool operator==(const DecisionRecord&) const = default;

  /// Fixed layout. Errors of decode: peer_malformed.
  Bytes encode() const;
  static Result<DecisionRecord> decode(ByteView from);

  DecisionName name;
  std::vector<DecidedKey> keys;  ///< at most kKeysPerDecisionMax
  Outcome outcome = Outcome::open;
  bool finished = false;  ///< of a refresh: the old epoch is gone, too
  std::vector<Vote> votes;
};

inline constexpr std::size_t kKeysPerDecisionMax = 256;

/// Where decisions are kept. The calls that change something come inside the `work` of
/// `atomically`, and are durable when that returns ok; if it does not, nothing of them is.
/// Threads: that of the book.
class DecisionStorage {
 public:
  virtual ~DecisionStorage() = default;

  /// Those with outcome `open`, and the refresh that is not finished.
  virtual Result<std::vector<DecisionRecord>> open_decisions() const = 0;
  virtual Result<std::optional<DecisionRecord>> find(const SessionId& sid) const = 0;

  virtual Status atomically(const std::function<Status()>& work) = 0;
  /// Replaces the record of the same sid.
  virtual Status put(const DecisionRecord& record) = 0;
  /// What the session made is in use from now on, its commands are done, other commands that wait
  /// to make the same key version have failed. Destruction: the shares are overwritten.
  virtual Status make_current(const DecisionRecord& record) = 0;
  /// What the session made goes; its commands wait again, or fail. Destruction: the key stays.
  virtual Status drop_set(const DecisionRecord& record) = 0;
  /// Refresh: the old shares go.
  virtual Status destroy_old(const DecisionRecord& record) = 0;
};

}  // namespace tercet::node
