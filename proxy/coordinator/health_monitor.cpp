#include "proxy/coordinator/health_monitor.h"

#include <algorithm>

#include "core/crypto/hash.h"
#include "core/ct/ct.h"
#include "core/sigv4/verify.h"
#include "core/time/executor_clock.h"
#include "core/xks/print.h"

namespace tercet::proxy {

using mpc::PartyIndex;
using xks::HealthStatus;

namespace {

constexpr std::size_t kProbeBytes = 32;
constexpr std::chrono::seconds kResultAgeMax{60};
/// Nodes send NODE_STATUS with their heartbeats; one that is silent so long does not take part.
constexpr std::chrono::seconds kStatusAgeMax{5};
/// Rule X13.
constexpr std::int64_t kClockOffMillisecondsMax = sigv4::kClockOffMillisecondsTold;
constexpr int kFailuresTolerated = 1;

std::string node_model() {
  return "Tercet node " TERCET_VERSION;
}

}  // namespace

HealthMonitor::HealthMonitor(asio::any_io_executor executor,
                             KeyService& keys,
                             const Fleet& fleet,
                             RandomSource& random,
                             const WallClock& clock,
                             HealthSettings settings)
    : keys_(keys),
      fleet_(fleet),
      random_(random),
      clock_(clock),
      settings_(std::move(settings)),
      monotonic_(clock_of(executor)),
      woken_(executor) {
  TERCET_CHECK(settings_.node_ids.size() == mpc::kAllParties.size());
}

void HealthMonitor::stop() {
  stopping_ = true;
  woken_.set();
}

Task<void> HealthMonitor::run() {
  while (!stopping_) {
    Status outcome = co_await check();
    note(outcome);
    const Milliseconds pause = outcome ? settings_.interval : settings_.interval_after_failure;
    Status woken = co_await woken_.wait_until(Deadline::in(monotonic_, pause));
    if (!woken && woken.error().code() == Errc::closed) {
      co_return;
    }
    woken_.reset();
  }
}

Task<Status> HealthMonitor::check() {
  const Deadline until = Deadline::in(monotonic_, settings_.check_limit);
  EncryptJob encrypt_job;
  encrypt_job.key = settings_.key;
  encrypt_job.plaintext.resize(kProbeBytes);
  random_.fill(encrypt_job.plaintext);
  const Bytes probe = encrypt_job.plaintext;
  TERCET_CO_TRY(Encrypted encrypted, co_await keys_.encrypt(std::move(encrypt_job), until));

  xks::DecryptRequest body;
  // The parser wants what KMS always sends.
  body.metadata.principal_arn = "tercet:health-check";
  body.metadata.kms_key_arn = "tercet:health-check";
  body.metadata.kms_operation = "TercetHealthCheck";
  body.ciphertext = encrypted.ciphertext;
  body.iv = to_bytes(encrypted.iv);
  body.tag = to_bytes(encrypted.tag);
  body.ciphertext_metadata = encrypted.metadata;
  DecryptJob decrypt_job;
  decrypt_job.ciphertext = encrypted.ciphertext;
  decrypt_job.request.body = xks::print_decrypt_request(body);
  decrypt_job.request.body_sha256 = sha256(*decrypt_job.request.body);
  const SteadyTime began = monotonic_.now();
  TERCET_CO_TRY(const Bytes plaintext, co_await keys_.decrypt(std::move(decrypt_job), until));
  cold_decrypts_.note(std::chrono::ceil<Milliseconds>(monotonic_.now() - began));
  if (!ct::equal(plaintext, probe)) {
    co_return Error(Errc::crypto_failure, "health check: decryption gave another plaintext");
  }
  co_return ok_status();
}

void HealthMonitor::note(const Status& outcome) {
  checked_at_ = monotonic_.now();
  if (outcome) {
    succeeded_at_ = checked_at_;
    last_error_.reset();
    failures_in_row_ = 0;
  } else {
    last_error_ = outcome.error().code();
    self_check_failed_ = self_check_failed_ || last_error_ == Errc::crypto_failure;
    ++failures_in_row_;
  }
}

bool HealthMonitor::reached(PartyIndex node) const {
  const NodeView view = fleet_.view(node);
  return view.linked && view.status && view.status_at &&
         monotonic_.now() - *view.status_at <= kStatusAgeMax;
}

HealthStatus HealthMonitor::node_state(PartyIndex node) const {
  if (!reached(node)) {
    return HealthStatus::unavailable;
  }
  const NodeView view = fleet_.view(node);
  if (view.status->health == mpc::wire::NodeHealth::unavailable) {
    return HealthStatus::unavailable;
  }
  constexpr std::uint64_t kFar = std::uint64_t{1} << 53U;  // a corrupt node may say any number
  const std::int64_t clock_off =
      static_cast<std::int64_t>(std::min(view.status->wall_milliseconds, kFar)) -
      clock_.now_milliseconds();
  const bool alone = !reached(mpc::next(node)) || !reached(mpc::previous(node));
  const bool impaired = view.status->health != mpc::wire::NodeHealth::active || alone ||
                        cold_decrypts_too_slow() || clock_off > kClockOffMillisecondsMax ||
                        clock_off < -kClockOffMillisecondsMax || last_error_ == Errc::exhausted ||
                        last_error_ == Errc::overloaded;
  return impaired ? HealthStatus::degraded : HealthStatus::active;
}

Result<xks::HealthResponse> HealthMonitor::health() const {
  if (!checked_at_ || monotonic_.now() - *checked_at_ > kResultAgeMax) {
    return Error(Errc::timeout, "health: there is no result younger than 60 s");
  }
  const bool only_short_of_stock =
      last_error_ == Errc::exhausted || last_error_ == Errc::overloaded;
  // Nothing is tolerated before the first success: nobody knows yet whether anything works.
  const int tolerated = succeeded_at_ ? kFailuresTolerated : 0;
  if (failures_in_row_ > tolerated && !only_short_of_stock) {
    return Error(Errc::timeout, "health: the last checks failed");
  }
  xks::HealthResponse response;
  response.proxy_fleet_size = std::max<std::uint32_t>(1, settings_.proxy_fleet_size);
  response.proxy_vendor = "Tercet";
  response.proxy_model = "Tercet XKS Proxy " TERCET_VERSION;
  response.ekm_vendor = "Tercet";
  for (const PartyIndex node : mpc::kAllParties) {
    xks::FleetMember member;
    member.id = settings_.node_ids[mpc::number(node) - 1U];
    member.model = node_model();
    member.status = node_state(node);
    response.fleet.push_back(std::move(member));
  }
  return response;
}

std::optional<std::int64_t> HealthMonitor::seconds_since_success() const {
  if (!succeeded_at_) {
    return std::nullopt;
  }
  return std::chrono::duration_cast<std::chrono::seconds>(monotonic_.now() - *succeeded_at_)
      .count();
}

}  // namespace tercet::proxy
