#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/kms/checked.h"

/// What can go wrong between KMS and a proxy, and what KMS makes of it.
/// Source:  kms-front-end reference, section 9.
namespace tercet::kms {

enum class XksProblem : std::uint8_t {
  validation,
  malformed,  ///< an answer that cannot be interpreted, an unknown errorName
  internal,
  authentication,
  invalid_path,
  access_denied,
  key_not_found,
  invalid_state,
  invalid_usage,
  unsupported,
  invalid_ciphertext,
  throttling,
  dependency_timeout,
  timed_out,
  unreachable,
  no_tls,
  unhealthy,    ///< health: all instances UNAVAILABLE
  inner_layer,  ///< what a good decrypt returned does not open
};

/// The problem that an errorName of the XKS API stands for; `malformed` if it is none.
XksProblem problem_named(std::string_view error_name);

/// For CreateCustomKeyStore and UpdateCustomKeyStore.
Fault store_fault(XksProblem problem);
/// ConnectionErrorCode of a store that failed to connect.
std::string_view connection_error(XksProblem problem);
Fault create_key_fault(XksProblem problem);
/// For cryptographic operations: always KMSInvalidStateException.
Fault crypto_fault(XksProblem problem);

/// As metrics count it: whether calling again may help.
bool is_retryable(XksProblem problem);
/// ExceptionName in metrics.
std::string_view metric_name(XksProblem problem);

}  // namespace tercet::kms
