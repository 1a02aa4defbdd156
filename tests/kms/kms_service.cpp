#include "tests/kms/kms_service.h"

#include <cstdio>
#include <utility>

#include "core/codec/uuid.h"
#include "tests/kms/double_encryption.h"
#include "tests/kms/events.h"
#include "tests/kms/identity.h"
#include "tests/kms/keys.h"
#include "tests/kms/operations.h"
#include "tests/kms/stores.h"
#include "tests/kms/wire.h"

namespace tercet::kms {
namespace {

/// What a service is made of, loaded before it exists.
class Parts {
 public:
  Parts(std::unique_ptr<State> kms_state,
        TlsClientContext tls_context,
        Identities callers,
        EventLog log)
      : state(std::move(kms_state)),
        tls(std::move(tls_context)),
        identities(std::move(callers)),
        events(std::move(log)) {}

  std::unique_ptr<State> state;
  TlsClientContext tls;
  Identities identities;
  EventLog events;
};

class Service final : public KmsService {
 public:
  Service(const asio::any_io_executor& executor,
          KmsOptions options,
          const WallClock& clock,
          RandomSource& random,
          Parts parts)
      : options_(std::move(options)),
        state_(std::move(parts.state)),
        identities_(std::move(parts.identities)),
        events_(std::move(parts.events)),
        transport_(executor, std::move(parts.tls)),
        xks_(transport_, options_, metrics_, clock),
        quota_(options_.store_quota_per_second),
        front_(options_, clock, random, *state_, xks_, metrics_),
        connector_(executor, front_) {
    front_.connector = &connector_;
    front_.quota = &quota_;
  }

  void start() override { connector_.start(); }

  Task<void> stop() override { co_await connector_.stop(); }

  Task<HttpResponse> handle(HttpRequest request) override {
    if (request.method == "GET" && request.target == "/ping") {
      co_return HttpResponse::text(200, "ok\n");
    }
    if (request.method == "GET" && request.target == "/metrics") {
      co_return HttpResponse::text(
          200, metrics_.text(state_->stores(), transport_.certificates(), front_.now_ms()));
    }
    Call call;
    call.request_id = make_uuid(front_.random);
    call.event_id = make_uuid(front_.random);
    if (request.target != "/" || request.method != "POST") {
      const unsigned status = request.target != "/" ? 404 : 405;
      const Fault fault("UnknownOperationException", "This KMS is POST /.");
      co_return print_fault(status, fault, call.request_id);
    }
    if (request.body.size() > kRequestBytesMax) {
      const Fault fault("RequestEntityTooLargeException", "The body is over 200,000 bytes.");
      co_return print_fault(413, fault, call.request_id);
    }
    const Answer answer = co_await answer_to(std::move(request), call);
    if (answer && is_cryptographic(call.operation)) {
      note_usage(call);
    }
    events_.write(front_, call, answer);
    co_return print_answer(answer, call.request_id);
  }

 private:
  Task<Answer> answer_to(HttpRequest request, Call& call) {
    TERCET_CO_TRY(call.operation, operation_of(request));
    TERCET_CO_TRY(
        call.caller,
        identities_.authenticate(
            request, front_.names, options_.require_identity, front_.clock.now_seconds()));
    call.caller.source_address =
        request.arrival.remote_address.substr(0, request.arrival.remote_address.rfind(':'));
    if (const std::string* agent = request.find("User-Agent")) {
      call.caller.user_agent = agent->substr(0, 512);
    }
    TERCET_CO_TRY(call.input, read_body(request.body));
    TERCET_CO_TRY_STATUS(stored(delete_due_keys(front_)));
    co_return co_await perform(front_, call);
  }

  void note_usage(const Call& call) {
    const Json usage{{"Operation", call.operation},
                     {"Timestamp", api_time(front_.now_ms())},
                     {"CloudTrailEventId", call.event_id},
                     {"KmsRequestId", call.request_id}};
    for (const std::string& arn : call.key_arns) {
      state_->note_usage(arn.substr(arn.rfind('/') + 1), usage);
    }
  }

  const KmsOptions options_;
  std::unique_ptr<State> state_;
  Identities identities_;
  EventLog events_;
  KmsMetrics metrics_;
  XksTransport transport_;
  XksClient xks_;
  StoreQuota quota_;
  Front front_;
  StoreConnector connector_;
};

Result<TlsClientContext> client_tls(const KmsOptions& options) {
  HttpsClientTls files;
  if (!options.xks_ca.empty()) {
    files.ca = options.xks_ca.front();
    files.more_ca.assign(options.xks_ca.begin() + 1, options.xks_ca.end());
  }
  files.certificate = options.mtls_certificate;
  files.private_key = options.mtls_key;
  return TlsClientContext::for_https(files);
}

}  // namespace

Result<std::unique_ptr<KmsService>> KmsService::make(const asio::any_io_executor& executor,
                                                     KmsOptions options,
                                                     const WallClock& clock,
                                                     RandomSource& random) {
  TERCET_TRY(TlsClientContext tls, client_tls(options));
  Identities identities;
  if (!options.identities_file.empty()) {
    TERCET_TRY(identities, Identities::load(options.identities_file));
  }
  TERCET_TRY(EventLog events, EventLog::open(options.events_file));
  TERCET_TRY(std::unique_ptr<State> state, State::open(options.state_folder));
  Parts parts(std::move(state), std::move(tls), std::move(identities), std::move(events));
  return std::unique_ptr<KmsService>(
      std::make_unique<Service>(executor, std::move(options), clock, random, std::move(parts)));
}

}  // namespace tercet::kms
