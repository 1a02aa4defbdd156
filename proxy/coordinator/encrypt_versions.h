#pragma once

#include <cstddef>
#include <map>

#include "core/base/ids.h"
#include "proxy/coordinator/node_set.h"

namespace tercet::proxy {

/// With which version to encrypt, of keys that are rotated or were. While a key is rotated a node
/// encrypts with the version before, with both, or with the newest alone; the smallest newest
/// version of all nodes is one that each of them takes.
/// Pure data, bounded. Threads: one executor.
class EncryptVersions {
 public:
  /// 0: what the nodes find.
  KeyVersion of(const KeyId& key) const;
  /// After a session that asked for `asked` failed: true if the nodes told of another version.
  bool learn(const Exchange& exchange, const KeyId& key, KeyVersion asked);

 private:
  static constexpr std::size_t kKeysMax = 10'000;

  std::map<KeyId, KeyVersion> versions_;
};

}  // namespace tercet::proxy
