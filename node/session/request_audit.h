#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/time/clock.h"
#include "core/xks/api_types.h"
#include "mpc/wire/proxy_messages.h"
#include "node/policy/audit_trail.h"
#include "node/policy/authoriser.h"

namespace tercet::node {

/// What the audit record of one operation says (rule AU2); all of it public.
class OperationFacts {
 public:
  /// `at`: when the request came.
  explicit OperationFacts(SteadyTime at) : began(at) {}

  static OperationFacts of_encrypt(std::string_view proxy,
                                   const EncryptOrder& order,
                                   const mpc::wire::EncryptRequest& request,
                                   unsigned use,
                                   SteadyTime began);
  static OperationFacts of_decrypt(std::string_view proxy,
                                   const DecryptOrder& order,
                                   unsigned use,
                                   SteadyTime began);

  std::string_view operation;
  std::string proxy;
  std::string access_key_id;
  std::string principal_arn;
  std::string kms_key_arn;
  std::string kms_operation;
  std::string kms_request_id;
  std::string via_service;
  /// The facts above are from the signed body (Decrypt), or the proxy's word (Encrypt).
  bool facts_signed = false;
  std::uint64_t ciphertext_bytes = 0;
  std::uint64_t aad_bytes = 0;
  unsigned use = 0;              ///< of the signature; above 1 a repeat, 0 unsigned
  std::vector<std::string> ivs;  ///< hexadecimal, of encryptions and slots (rule IV8)
  SteadyTime began;
};

/// The record of an operation that was allowed: `outcome` is success, or why it did not end well.
AuditRecord operation_record(const OperationFacts& facts,
                             SteadyTime::duration took,
                             const KeyEntry& key,
                             const LeaseId& lease,
                             SessionCounter counter,
                             const SessionId& sid,
                             const Status& outcome);

/// The record of a request that was refused before anything was burnt.
AuditRecord refusal_record(std::string_view operation,
                           std::string_view proxy,
                           std::string_view target,
                           const Error& error);

}  // namespace tercet::node
