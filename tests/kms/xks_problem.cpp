#include "tests/kms/xks_problem.h"

#include <array>

#include "core/base/check.h"

namespace tercet::kms {
namespace {

class Row {
 public:
  XksProblem problem;
  std::string_view metric;
  std::string_view store;
  std::string_view connection;
  std::string_view create_key;
  bool retryable;
  std::string_view message;
};

constexpr std::string_view kBadResponse = "XksProxyInvalidResponseException";
constexpr std::string_view kBadConfiguration = "XksProxyInvalidConfigurationException";
constexpr std::string_view kUnreachable = "XksProxyUriUnreachableException";
constexpr std::string_view kStoreState = "CustomKeyStoreInvalidStateException";
constexpr std::string_view kBadXksKey = "XksKeyInvalidConfigurationException";
constexpr std::string_view kInvalidResponse = "XKS_PROXY_INVALID_RESPONSE";
constexpr std::string_view kNotReachable = "XKS_PROXY_NOT_REACHABLE";
constexpr std::string_view kTimedOut = "XKS_PROXY_TIMED_OUT";
/// The name of everything without an answer, in metrics.
constexpr std::string_view kNoAnswer = "XksProxyUnreachableException";

constexpr std::string_view kCannotInterpret =
    "The answer of the external key store proxy cannot be interpreted. Ask its administrator.";

/// One row for each problem, in the order of the enumeration; section 9's table.
constexpr std::array<Row, 18> kRows = {{
    {XksProblem::validation,
     "ValidationException",
     kBadResponse,
     kInvalidResponse,
     kStoreState,
     false,
     kCannotInterpret},
    {XksProblem::malformed,
     kBadResponse,
     kBadResponse,
     kInvalidResponse,
     kStoreState,
     false,
     kCannotInterpret},
    {XksProblem::internal,
     "InternalException",
     kBadResponse,
     kInvalidResponse,
     kStoreState,
     true,
     "The external key store proxy cannot communicate with its external key manager."},
    {XksProblem::authentication,
     "AuthenticationFailedException",
     "XksProxyIncorrectAuthenticationCredentialException",
     "INVALID_CREDENTIALS",
     kStoreState,
     false,
     "The external key store proxy could not authenticate KMS. Check the credential of the "
     "custom key store."},
    {XksProblem::invalid_path,
     "InvalidUriPathException",
     kBadConfiguration,
     "XKS_PROXY_INVALID_CONFIGURATION",
     kStoreState,
     false,
     "The external key store proxy refused the path. Check XksProxyUriPath."},
    {XksProblem::access_denied,
     "AccessDeniedException",
     kBadConfiguration,
     "XKS_PROXY_ACCESS_DENIED",
     kStoreState,
     false,
     "The external key store proxy denied access. Check that the user and the external key are "
     "authorised there."},
    {XksProblem::key_not_found,
     "KeyNotFoundException",
     kBadResponse,
     kInvalidResponse,
     "XksKeyNotFoundException",
     false,
     "The external key store proxy could not find the external key."},
    {XksProblem::invalid_state,
     "InvalidStateException",
     kBadResponse,
     kInvalidResponse,
     kBadXksKey,
     false,
     "The external key is not enabled."},
    {XksProblem::invalid_usage,
     "InvalidKeyUsageException",
     kBadResponse,
     kInvalidResponse,
     kBadXksKey,
     false,
     "The external key does not support the operation."},
    {XksProblem::unsupported,
     "UnsupportedOperationException",
     kBadResponse,
     kInvalidResponse,
     kStoreState,
     false,
     "The external key store proxy does not support the operation."},
    {XksProblem::invalid_ciphertext,
     "InvalidCiphertextException",
     kBadResponse,
     kInvalidResponse,
     kStoreState,
     false,
     "The ciphertext or the additional authenticated data (the encryption context) is altered, "
     "missing or wrong."},
    {XksProblem::throttling,
     "ThrottlingException",
     kUnreachable,
     kNotReachable,
     kStoreState,
     true,
     "The external key store proxy refused the request: too high a request rate."},
    {XksProblem::dependency_timeout,
     "DependencyTimeoutException",
     kUnreachable,
     kTimedOut,
     kStoreState,
     true,
     "The external key manager did not respond to its proxy in the time allotted."},
    {XksProblem::timed_out,
     kNoAnswer,
     kUnreachable,
     kTimedOut,
     kStoreState,
     true,
     "The external key store proxy did not respond in time."},
    {XksProblem::unreachable,
     kNoAnswer,
     kUnreachable,
     kNotReachable,
     kStoreState,
     true,
     "KMS cannot communicate with the external key store proxy."},
    {XksProblem::no_tls,
     kNoAnswer,
     kBadConfiguration,
     "XKS_PROXY_INVALID_TLS_CONFIGURATION",
     kStoreState,
     true,
     "KMS cannot establish a TLS connection to the external key store proxy. Check its "
     "certificate."},
    {XksProblem::unhealthy,
     "XksProxyUnhealthyException",
     kUnreachable,
     kNotReachable,
     kStoreState,
     false,
     "The external key store proxy is in an unhealthy state: no external key manager is "
     "available."},
    {XksProblem::inner_layer,
     kBadResponse,
     kBadResponse,
     kInvalidResponse,
     kStoreState,
     false,
     "What the external key store proxy returned is altered or wrong."},
}};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].problem) != i) {
      return false;
    }
  }
  return kRows.back().problem == XksProblem::inner_layer;
}

static_assert(rows_are_in_order());

const Row& row(XksProblem problem) {
  return kRows[static_cast<std::size_t>(problem)];
}

}  // namespace

XksProblem problem_named(std::string_view error_name) {
  for (const Row& known : kRows) {
    if (known.problem <= XksProblem::dependency_timeout && known.problem != XksProblem::malformed &&
        known.metric == error_name) {
      return known.problem;
    }
  }
  return XksProblem::malformed;
}

Fault store_fault(XksProblem problem) {
  return Fault(row(problem).store, std::string(row(problem).message));
}

std::string_view connection_error(XksProblem problem) {
  return row(problem).connection;
}

Fault create_key_fault(XksProblem problem) {
  return Fault(row(problem).create_key, std::string(row(problem).message));
}

Fault crypto_fault(XksProblem problem) {
  return Fault("KMSInvalidStateException", std::string(row(problem).message));
}

bool is_retryable(XksProblem problem) {
  return row(problem).retryable;
}

std::string_view metric_name(XksProblem problem) {
  return row(problem).metric;
}

}  // namespace tercet::kms
