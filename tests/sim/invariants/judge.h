#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "tests/sim/invariants/key_truth.h"
#include "tests/sim/invariants/violations.h"

namespace tercet::sim {

/// One ciphertext that the cluster made, as KMS keeps it.
class Ciphertext {
 public:
  Ciphertext() = default;
  KeyId key;
  Bytes plaintext;  ///< what KMS asked to be encrypted
  Bytes aad;
  Bytes ciphertext;
  Bytes iv;
  Bytes tag;
  Bytes metadata;
};

/// Looks at every answer (invariants I1, I2, I5), with OpenSSL and keys that only a test knows.
class Judge {
 public:
  Judge(KeyTruth& truth, Violations& violations) : truth_(&truth), violations_(&violations) {}

  /// An Encrypt of a request that was sent at `sent`.
  void encrypted(const Ciphertext& made, SteadyTime sent);
  void decrypted(const Ciphertext& opened, const Bytes& plaintext, SteadyTime sent);

 private:
  void check_allowed(const KeyId& key, SteadyTime sent, std::string_view operation);
  std::optional<KeyVersion> version_of(const Ciphertext& made) const;

  KeyTruth* truth_;
  Violations* violations_;
  std::set<std::pair<VersionName, Bytes>> ivs_;
};

}  // namespace tercet::sim
