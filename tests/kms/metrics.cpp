#include "tests/kms/metrics.h"

namespace tercet::kms {
namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr const char* kKeySpec = "SYMMETRIC_DEFAULT";

const std::vector<double>& latency_bounds() {
  static const std::vector<double> bounds = {
      1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 249, 250, 500};
  return bounds;
}

}  // namespace

void KmsMetrics::xks_call(const std::string& store_id,
                          std::string_view kms_operation,
                          std::string_view xks_operation,
                          double milliseconds,
                          std::optional<XksProblem> problem) {
  Registry::Labels labels = {{"custom_key_store_id", store_id},
                             {"kms_operation", std::string(kms_operation)},
                             {"xks_operation", std::string(xks_operation)},
                             {"key_spec", kKeySpec}};
  registry_
      .histogram("tercet_kms_xks_proxy_latency",
                 "Milliseconds of one call to the proxy; a time-out counts as the limit",
                 labels,
                 latency_bounds())
      .observe(milliseconds);
  const std::string type = !problem                 ? "none"
                           : is_retryable(*problem) ? "retryable"
                                                    : "non-retryable";
  labels.emplace_back("error_type", type);
  labels.emplace_back("exception_name", problem ? std::string(metric_name(*problem)) : "");
  registry_
      .counter("tercet_kms_xks_proxy_errors",
               "Calls to the proxy by what went wrong; successes are type none",
               labels)
      .add();
}

void KmsMetrics::health(const std::string& store_id, const ProxyHealth& health) {
  const auto set = [&](const char* state, std::uint64_t count) {
    registry_
        .gauge("tercet_kms_xks_external_key_manager_states",
               "Instances of the external key manager, by the last health answer",
               {{"custom_key_store_id", store_id}, {"xks_external_key_manager_state", state}})
        .set(static_cast<std::int64_t>(count));
  };
  set("Active", health.active);
  set("Degraded", health.degraded);
  set("Unavailable", health.unavailable);
}

void KmsMetrics::throttled(const std::string& store_id, std::string_view kms_operation) {
  registry_
      .counter("tercet_kms_external_key_store_throttle",
               "Calls refused by the quota of the store",
               {{"custom_key_store_id", store_id},
                {"kms_operation", std::string(kms_operation)},
                {"key_spec", kKeySpec}})
      .add();
}

std::string KmsMetrics::text(const std::map<std::string, Store>& stores,
                             const std::map<std::string, SeenCertificate>& certificates,
                             std::int64_t now_ms) const {
  Registry ages;  // made afresh, so that deleted stores and replaced certificates are not in it
  for (const auto& [id, store] : stores) {
    ages.gauge("tercet_kms_xks_proxy_credential_age",
               "Days since the credential was given to KMS",
               {{"custom_key_store_id", id}})
        .set((now_ms - store.credential_ms) / kMsPerDay);
    const auto seen = certificates.find(XksEndpoint::of(store.endpoint, {}).host_name);
    if (seen != certificates.end()) {
      ages.gauge("tercet_kms_xks_proxy_certificate_days_to_expire",
                 "Days until the proxy's certificate expires",
                 {{"custom_key_store_id", id}, {"certificate_name", seen->second.common_name}})
          .set((seen->second.expires_unix * 1000 - now_ms) / kMsPerDay);
    }
  }
  return registry_.text() + ages.text();
}

}  // namespace tercet::kms
