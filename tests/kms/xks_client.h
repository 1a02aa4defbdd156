#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/async/task.h"
#include "core/time/clock.h"
#include "tests/kms/metrics.h"
#include "tests/kms/model.h"
#include "tests/kms/options.h"
#include "tests/kms/xks_problem.h"
#include "tests/kms/xks_transport.h"

namespace tercet::kms {

/// One call of the XKS API.
class XksCall {
 public:
  /// Takes the body of a 200, one JSON object; false if it is malformed.
  using Reader = std::function<bool(const Json&)>;

  XksCall(std::string_view xks_name, std::string below_path, std::string_view cause)
      : operation(xks_name), path(std::move(below_path)), kms_operation(cause) {}

  std::string operation;      ///< "Encrypt", as metrics name it
  std::string path;           ///< below the store's: "/keys/ID/encrypt"
  std::string kms_operation;  ///< what caused it
  Json body;
  Reader read;
};

/// Nothing if all went well.
using XksVerdict = std::optional<XksProblem>;

/// Calls proxies as AWS KMS does: SigV4 over TLS, one time limit for each attempt from first intent
/// to last byte, one more attempt after a time-out.
/// Source:  kms-front-end reference, section 8.   Threads: one executor.
class XksClient {
 public:
  /// All referenced objects outlive the client.
  XksClient(XksTransport& transport,
            const KmsOptions& options,
            KmsMetrics& metrics,
            const WallClock& clock)
      : transport_(transport), options_(options), metrics_(metrics), clock_(clock) {}

  /// The store is a copy: it may change while the call is under way. What `call.read` refers to
  /// outlives the call.
  Task<XksVerdict> call(Store store, XksCall call);

 private:
  Task<XksVerdict> attempt(const Store& store, const XksCall& call);
  Result<HttpRequest> signed_request(const Store& store,
                                     const XksCall& call,
                                     const XksEndpoint& endpoint) const;

  XksTransport& transport_;
  const KmsOptions& options_;
  KmsMetrics& metrics_;
  const WallClock& clock_;
};

}  // namespace tercet::kms
