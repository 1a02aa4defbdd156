#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/load/cluster_file.h"
#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tercet::bench {

/// A ciphertext with what belongs to it. All of it is test data.
class Sealed {
 public:
  Sealed() = default;
  std::string key;
  Bytes aad;
  Bytes iv;
  Bytes tag;
  Bytes ciphertext;
  Bytes metadata;
  Bytes plaintext;  ///< what a Decrypt must answer
};

/// A key of this benchmark, known to it, that the cluster also serves: so that ciphertexts can be
/// made without the cluster.
class KnownKey {
 public:
  /// Takes the one that dev.json names, or makes one at random and imports it with the `tercet`
  /// command beside this program, under raw AAD framing. Errors: config_error, io_error.
  static Result<KnownKey> obtain(const ClusterFile& cluster);

  const std::string& id() const { return id_; }

  /// A ciphertext of a random plaintext under a random IV, made with OpenSSL.
  Result<Sealed> seal(std::size_t plaintext_bytes) const;

 private:
  KnownKey(std::string id, Bytes bytes) : id_(std::move(id)), bytes_(std::move(bytes)) {}

  std::string id_;
  Bytes bytes_;
};

/// Makes the key jointly at the nodes unless it is there. Errors: config_error, io_error.
Status make_joint_key(const ClusterFile& cluster, const std::string& id);

/// As long as KMS makes it: the hash of an encryption context.
inline constexpr std::size_t kAadBytes = 32;

}  // namespace tercet::bench
