#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/async/event.h"
#include "core/async/task.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/random/random.h"
#include "core/time/clock.h"
#include "core/time/pace.h"
#include "core/xks/api_types.h"
#include "proxy/coordinator/fleet.h"
#include "proxy/coordinator/key_service.h"

namespace tercet::proxy {

/// The newest result of the background check. Errors: timeout (none younger than 60 s, or the nodes
/// cannot serve).
class HealthSource {
 public:
  virtual ~HealthSource() = default;
  virtual Result<xks::HealthResponse> health() const = 0;
};

class HealthSettings {
 public:
  HealthSettings() = default;
  KeyId key;                                  ///< the cluster's health key
  std::vector<std::string> node_ids;          ///< of P1, P2, P3
  std::uint32_t proxy_fleet_size = 1;         ///< proxies in the cluster file
  Milliseconds interval{5000};                ///< between checks
  Milliseconds interval_after_failure{1000};  ///< a single failure is looked at again soon
  Milliseconds check_limit{3000};             ///< of one check
  Milliseconds request_limit{200};            ///< what KMS's requests have
};

/// Encrypts and decrypts with the health key through the nodes every few seconds, in the background
/// (rule X10), and answers from memory. What it says is at most 60 s old.
///
/// A 200 promises that an operation right after it would work: after two checks failed in a row the
/// answer is 503, unless only prepared material is short; then the true states are told with 200.
/// Threads: one executor.
class HealthMonitor final : public HealthSource {
 public:
  HealthMonitor(asio::any_io_executor executor,
                KeyService& keys,
                const Fleet& fleet,
                RandomSource& random,
                const WallClock& clock,
                HealthSettings settings);

  /// Checks until `stop`.
  Task<void> run();
  void stop();
  /// One check now. Errors: of the operations; crypto_failure if the plaintext came back changed.
  Task<Status> check();

  Result<xks::HealthResponse> health() const override;
  /// A node's state as health tells it.
  xks::HealthStatus node_state(mpc::PartyIndex node) const;

  /// How long a Decrypt without remembered keystream takes; zero before the first check. Where it
  /// is longer than a request has, such Decrypts end with 503, and all nodes are called degraded.
  Milliseconds cold_decrypt() const { return cold_decrypts_.fastest(); }

  bool cold_decrypts_too_slow() const { return cold_decrypt() > settings_.request_limit; }

  /// What came back was not what had been encrypted, ever since the start.
  bool self_check_failed() const { return self_check_failed_; }

  /// Of the last check, if that failed.
  std::optional<Errc> last_error() const { return last_error_; }

  /// Seconds since the last check that succeeded; nothing before the first.
  std::optional<std::int64_t> seconds_since_success() const;

 private:
  bool reached(mpc::PartyIndex node) const;
  void note(const Status& outcome);

  KeyService& keys_;
  const Fleet& fleet_;
  RandomSource& random_;
  const WallClock& clock_;
  HealthSettings settings_;
  std::optional<SteadyTime> checked_at_;
  std::optional<SteadyTime> succeeded_at_;
  std::optional<Errc> last_error_;
  bool self_check_failed_ = false;
  int failures_in_row_ = 0;
  Pace cold_decrypts_;
  const Clock& monotonic_;
  Event woken_;
  bool stopping_ = false;
};

}  // namespace tercet::proxy
