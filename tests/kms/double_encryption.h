#pragma once

#include <map>
#include <string>

#include "tests/kms/blob.h"
#include "tests/kms/call.h"
#include "tests/kms/input.h"

/// Both layers around one plaintext. Source: kms-front-end reference, sections 8 and 12.
namespace tercet::kms {

/// Header and canonical encryption context: the AAD of both layers, at most 8192 bytes.
/// Errors: ValidationException on `member`.
Checked<Bytes> make_aad(const Key& key, const TextMap& context, const char* member);

/// The blob for the caller. The key is a copy: it may change while the proxy is asked.
/// Errors: KMSInvalidStateException, ThrottlingException.
Task<Checked<Bytes>> seal(Front& front, const Call& call, Key key, Bytes aad, Bytes plaintext);

/// The plaintext. Errors: KMSInvalidStateException, ThrottlingException.
Task<Checked<Bytes>> open(Front& front, const Call& call, Key key, Bytes aad, Blob blob);

/// Cryptographic calls a second for each store, as AWS limits them. Threads: one.
class StoreQuota {
 public:
  /// 0: no limit.
  explicit StoreQuota(std::uint64_t calls_per_second) : per_second_(calls_per_second) {}

  /// False: over the quota.
  bool take(const std::string& store_id, SteadyTime now);

 private:
  class Bucket {
   public:
    Bucket() = default;
    double calls = 0;
    SteadyTime filled{};
  };

  std::uint64_t per_second_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace tercet::kms
