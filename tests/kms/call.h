#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/random/random.h"
#include "core/time/clock.h"
#include "tests/kms/names.h"
#include "tests/kms/options.h"
#include "tests/kms/state.h"
#include "tests/kms/xks_client.h"

namespace tercet::kms {

/// Who calls KMS, and on whose behalf.
class Caller {
 public:
  Caller() = default;
  std::string access_key_id;
  std::string principal;
  std::string via_service;
  std::string source_vpc;
  std::string source_vpce;
  bool grants_only = false;  ///< may do what a grant names it for, and nothing else
  std::string source_address;
  std::string user_agent;
};

/// One call of the KMS API; lives until it is answered.
class Call {
 public:
  Call() = default;
  std::string operation;
  std::string request_id;
  std::string event_id;
  Json input;
  Caller caller;
  // For the event log: what the call has touched.
  std::string store_id;
  std::string store_name;
  std::string xks_key_id;
  std::vector<std::string> key_arns;
};

class StoreConnector;
class StoreQuota;

/// What all operations work on. Each referenced object outlives the front.
class Front {
 public:
  Front(const KmsOptions& kms_options,
        const WallClock& wall_clock,
        RandomSource& random_source,
        State& kms_state,
        XksClient& xks_client,
        KmsMetrics& kms_metrics)
      : options(kms_options),
        clock(wall_clock),
        random(random_source),
        state(kms_state),
        xks(xks_client),
        metrics(kms_metrics),
        names(kms_options.region, kms_options.account) {}

  std::int64_t now_ms() const { return clock.now_milliseconds(); }

  const KmsOptions& options;
  const WallClock& clock;
  RandomSource& random;
  State& state;
  XksClient& xks;
  KmsMetrics& metrics;
  Names names;
  StoreConnector* connector = nullptr;
  StoreQuota* quota = nullptr;
};

}  // namespace tercet::kms
