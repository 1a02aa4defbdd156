#pragma once

#include <memory>

#include "core/async/task.h"
#include "core/http/http_message.h"
#include "core/random/random.h"
#include "core/time/clock.h"
#include "tests/kms/options.h"

namespace tercet::kms {

/// The part of AWS KMS that external key stores need, as the real AWS CLI and SDKs expect it. What
/// it keeps is in clear: a tool for development and tests.
/// Source:  kms-front-end reference.   Threads: one executor.
/// Lifetime: stop() has returned and no request is under way at destruction.
class KmsService {
 public:
  /// `clock` and `random` outlive the service. Errors: config_error (a file of the options),
  /// storage_error, storage_corrupt, unsupported (the state).
  static Result<std::unique_ptr<KmsService>> make(const asio::any_io_executor& executor,
                                                  KmsOptions options,
                                                  const WallClock& clock,
                                                  RandomSource& random);
  virtual ~KmsService() = default;

  /// Takes up what an earlier process left, and starts the health checks.
  virtual void start() = 0;
  virtual Task<HttpResponse> handle(HttpRequest request) = 0;
  virtual Task<void> stop() = 0;
};

}  // namespace tercet::kms
