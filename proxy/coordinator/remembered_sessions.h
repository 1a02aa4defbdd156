#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/ids.h"

namespace tercet::proxy {

/// Which session made the keystream of which IV, so that a Decrypt of a ciphertext from this lease
/// can use what the nodes remember of it (protocol.md 8 "Remembered keystream": 2 hops instead of
/// 15, no vectors). Only ids; a node that lacks the entry refuses, and the plan becomes a cold one.
/// Bounded, as at the nodes: what was not used for longest goes first. Threads: one executor.
class RememberedSessions {
 public:
  /// `entries_max`: as many as nodes keep; 0: none.
  explicit RememberedSessions(std::size_t entries_max) : entries_max_(entries_max) {}

  void note(
      const LeaseId& lease, const KeyId& key, ByteView iv, std::size_t blocks, SessionId made_by);
  /// The session, if it made at least `blocks` blocks within `lease`.
  std::optional<SessionId> find(const LeaseId& lease,
                                const KeyId& key,
                                ByteView iv,
                                std::size_t blocks);
  void forget(const KeyId& key, ByteView iv);
  /// Everything: the lease has ended.
  void clear();

 private:
  using Name = std::pair<KeyId, Bytes>;

  struct Entry {
    LeaseId lease;
    SessionId session;
    std::size_t blocks = 0;
    std::list<Name>::iterator use;  ///< in uses_
  };

  std::size_t entries_max_;
  std::map<Name, Entry> entries_;
  std::list<Name> uses_;  ///< the latest last
};

}  // namespace tercet::proxy
