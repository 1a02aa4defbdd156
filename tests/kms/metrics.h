#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/metrics/metrics.h"
#include "tests/kms/model.h"
#include "tests/kms/xks_messages.h"
#include "tests/kms/xks_problem.h"
#include "tests/kms/xks_transport.h"

namespace tercet::kms {

/// What CloudWatch shows of external key stores, in Prometheus form: names snake-cased with prefix
/// tercet_kms_, dimensions as labels. Source: kms-front-end reference, section 17.
class KmsMetrics {
 public:
  /// One attempt at a proxy; nothing is wrong with a success.
  void xks_call(const std::string& store_id,
                std::string_view kms_operation,
                std::string_view xks_operation,
                double milliseconds,
                std::optional<XksProblem> problem);
  void health(const std::string& store_id, const ProxyHealth& health);
  void throttled(const std::string& store_id, std::string_view kms_operation);

  /// The exposition, with credential ages and certificates as of now.
  std::string text(const std::map<std::string, Store>& stores,
                   const std::map<std::string, SeenCertificate>& certificates,
                   std::int64_t now_ms) const;

 private:
  Registry registry_;
};

}  // namespace tercet::kms
