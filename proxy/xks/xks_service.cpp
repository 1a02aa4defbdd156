#include "proxy/xks/xks_service.h"

#include <algorithm>

#include "core/crypto/hash.h"
#include "core/ct/ct.h"
#include "core/sigv4/canonical_request.h"
#include "core/sigv4/verify.h"
#include "core/xks/framing.h"
#include "core/xks/parse.h"
#include "core/xks/print.h"

namespace tercet::proxy {

using xks::Operation;

/// Everything about one request; owned by handle().
struct XksService::Work {
  Work(XksRequest http, const StoreTable::Match& matched, Deadline deadline)
      : request(std::move(http)),
        kept(matched.store),
        store(*kept),
        target(matched.target),
        until(deadline) {}

  XksRequest request;
  std::shared_ptr<const KeyStore> kept;
  const KeyStore& store;
  xks::Target target;
  Deadline until;
  mpc::wire::ProxiedRequest proxied;  ///< without the body
  mpc::wire::CallerFacts caller;
  RequestRecord record;
};

namespace {

constexpr std::size_t kAadBytesMax = xks::kAadFramedBytesMax;

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// `application/json`, in any case, with or without parameters (XKS reference, section 4).
bool is_json(const XksRequest& request) {
  const auto value = sigv4::single_header(request.headers, "content-type");
  return value && lower_case(trimmed(value->substr(0, value->find(';')))) == "application/json";
}

/// The headers that a signature may cover or that its verification reads. All of them, lower case:
/// SignedHeaders is the client's choice.
std::vector<std::pair<std::string, std::string>> signable_headers(
    const XksRequest& request, const std::vector<std::string>& signed_headers) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, value] : request.headers) {
    std::string lower = lower_case(name);
    const bool listed =
        std::find(signed_headers.begin(), signed_headers.end(), lower) != signed_headers.end();
    if (listed || lower == "authorization" || lower == "x-amz-content-sha256") {
      out.emplace_back(std::move(lower), value);
    }
  }
  return out;
}

mpc::wire::CallerFacts caller_facts(const xks::RequestMetadata& metadata) {
  const auto cut = [](const std::string& text) { return text.substr(0, mpc::wire::kFactBytesMax); };
  mpc::wire::CallerFacts facts;
  facts.principal_arn = cut(metadata.principal_arn);
  facts.kms_key_arn = cut(metadata.kms_key_arn.value_or(""));
  facts.kms_operation = cut(metadata.kms_operation);
  facts.kms_request_id = cut(metadata.kms_request_id);
  facts.via_service = cut(metadata.via_service.value_or(""));
  return facts;
}

/// Step 10 on lengths: more than is implemented (protocol.md 8).
bool is_too_long(std::size_t text_bytes, std::size_t aad_bytes) {
  const auto blocks = [](std::size_t bytes) {
    return (bytes + mpc::wire::kBlockBytes - 1) / mpc::wire::kBlockBytes;
  };
  const std::size_t framed_bytes = 2 + aad_bytes + 1 + xks::kVersionMetadataBytes;
  return blocks(text_bytes) > mpc::wire::kBlocksMax || aad_bytes > kAadBytesMax ||
         blocks(framed_bytes) + blocks(text_bytes) + 1 > mpc::wire::kGhashBlocksMax;
}

/// Whether a ciphertext can be ours by its form (step 10). A 16-byte IV is legal but not
/// implemented.
Status check_parts(const xks::DecryptRequest& parsed) {
  if (parsed.tag.size() != xks::kTagBytes) {
    return Error(Errc::bad_ciphertext, "decrypt: the tag has another length than 16");
  }
  if (parsed.iv.size() == xks::kLongIvBytes) {
    return Error(Errc::unsupported, "decrypt: 16-byte IVs are not implemented");
  }
  if (parsed.iv.size() != xks::kIvBytes) {
    return Error(Errc::bad_ciphertext, "decrypt: the IV has another length than 12");
  }
  if (is_too_long(parsed.ciphertext.size(), parsed.aad.size())) {
    return Error(Errc::unsupported, "decrypt: ciphertext or AAD are too long");
  }
  return ok_status();
}

/// Whether all three nodes have worked on the request to its end.
bool is_of_all_nodes(Operation operation, const Result<Bytes>& outcome) {
  const bool needs_all = operation == Operation::encrypt || operation == Operation::decrypt;
  return needs_all && (outcome || outcome.error().code() == Errc::bad_ciphertext);
}

/// Whether what came back from the nodes says that two have confirmed the signature: this outcome
/// is named only after that. Of one that is late, short of material or broken nothing is known.
template <class T>
bool tells_authentic(const Result<T>& outcome) {
  if (outcome) {
    return true;
  }
  switch (outcome.error().code()) {
    case Errc::invalid_argument:
    case Errc::wrong_state:
    case Errc::bad_ciphertext:
    case Errc::wrong_usage:
    case Errc::denied:
    case Errc::not_found:
      return true;
    default:
      return false;
  }
}

XksReply error_reply(const XksError& row) {
  XksReply reply;
  reply.status = row.status;
  reply.body = xks::print_error(row.name, row.message);
  return reply;
}

/// Adds to `sum` the time until it goes out of scope, cancelled or not.
class Stopwatch {
 public:
  Stopwatch(const Clock& clock, Milliseconds& sum)
      : clock_(clock), sum_(sum), start_(clock.now()) {}

  ~Stopwatch() { sum_ += std::chrono::ceil<Milliseconds>(clock_.now() - start_); }

  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  const Clock& clock_;
  Milliseconds& sum_;
  SteadyTime start_;
};

}  // namespace

XksService::XksService(const StoreTable& stores,
                       KeyService& keys,
                       const HealthSource& health,
                       const WallClock& clock,
                       const Clock& monotonic,
                       RequestObserver& observer,
                       XksServiceOptions options)
    : stores_(stores),
      keys_(keys),
      health_(health),
      clock_(clock),
      monotonic_(monotonic),
      observer_(observer),
      options_(std::move(options)) {}

Task<XksReply> XksService::handle(XksRequest request, Deadline until) {
  const SteadyTime start = monotonic_.now();
  RequestRecord record;
  record.peer = request.peer;
  record.tls = request.tls;
  record.connection_reused = request.connection_reused;
  record.request_bytes = request.body.size();
  XksReply reply;
  const std::optional<StoreTable::Match> match = stores_.find(request.target);
  if (!match) {
    const XksError row = xks_invalid_uri_path();
    record.error_name = row.name;
    reply = error_reply(row);
  } else if (request.method != "POST") {
    record.store = match->store->name;
    reply.status = 405;
    reply.allow_post = true;
  } else {
    Work work(std::move(request), *match, until);
    work.record = std::move(record);
    work.record.store = work.store.name;
    work.record.operation = work.target.operation;
    work.record.key = work.target.key.text();
    Result<Bytes> body = co_await answer(work);
    if (body) {
      reply.status = 200;
      reply.body = std::move(body).value();
    } else {
      const XksError row = xks_error(body.error().code());
      work.record.error_name = row.name;
      work.record.reason = body.error().what();
      reply = error_reply(row);
    }
    record = std::move(work.record);
  }
  record.status = reply.status;
  record.response_bytes = reply.body.size();
  record.total = std::chrono::ceil<Milliseconds>(monotonic_.now() - start);
  reply.proven = record.authentic;
  observer_.finished(record);
  co_return reply;
}

Task<Result<Bytes>> XksService::answer(Work& work) {
  StoreLoad& load = loads_.try_emplace(work.store.name, monotonic_).first->second;
  if (load.in_work() >= options_.in_work_per_store_max) {
    if (load.moves()) {
      co_return Error(Errc::overloaded, "this store has too many requests in work");
    }
    co_return Error(Errc::timeout, "this store has too many requests in work, and none ends well");
  }
  const StoreLoad::Request counted(load);
  Result<Bytes> body = co_await perform(work);
  if (is_of_all_nodes(work.target.operation, body)) {
    load.served();
  }
  co_return body;
}

Task<Result<Bytes>> XksService::perform(Work& work) {
  TERCET_CO_TRY_STATUS(check_signature_form(work));
  switch (work.target.operation) {
    case Operation::get_key_metadata:
      co_return co_await get_key_metadata(work);
    case Operation::get_health_status:
      co_return co_await get_health(work);
    case Operation::encrypt:
      co_return co_await encrypt(work);
    case Operation::decrypt:
      co_return co_await decrypt(work);
  }
  co_return Error(Errc::internal, "an operation without a handler");
}

Status XksService::check_signature_form(Work& work) const {
  const XksRequest& request = work.request;
  const sigv4::BodyHash hash = sha256(request.body);
  sigv4::RequestView view;
  view.method = request.method;
  view.target = request.target;
  view.headers = request.headers;
  sigv4::VerifyOptions options;
  options.regions = work.store.regions;
  options.now_seconds = clock_.now_seconds();
  TERCET_TRY(const sigv4::Authorization authorization, sigv4::check_form(view, hash, options));
  work.record.access_key_id = authorization.access_key_id;
  if (!work.store.knows(authorization.access_key_id)) {
    return Error(Errc::not_authenticated, "no such access key id in this store");
  }
  const auto date = sigv4::single_header(request.headers, "x-amz-date");
  if (date) {
    TERCET_TRY(const std::int64_t signed_at, sigv4::parse_amz_date(trimmed(*date)));
    work.record.clock_difference_seconds = signed_at - options.now_seconds;
  }
  work.proxied.method = request.method;
  work.proxied.target = request.target;
  work.proxied.headers = signable_headers(request, authorization.signed_headers);
  work.proxied.body_sha256 = hash;
  return ok_status();
}

Task<Authenticity> XksService::authenticate(Work& work,
                                            bool form_error,
                                            bool wants_integrity_value) {
  AuthenticateJob job;
  job.request = work.proxied;
  job.form_error = form_error;
  job.wants_integrity_value = wants_integrity_value;
  job.caller = work.caller;
  const Stopwatch at_nodes(monotonic_, work.record.at_nodes);
  Authenticity answer = co_await keys_.authenticate(std::move(job), work.until);
  work.record.authentic = tells_authentic(answer);
  co_return answer;
}

Task<Error> XksService::refuse_authenticated(Work& work, bool form_error, Error fault) {
  Authenticity answer = co_await authenticate(work, form_error, false);
  if (!answer) {
    co_return std::move(answer).error();
  }
  co_return fault;
}

Task<Result<Bytes>> XksService::get_key_metadata(Work& work) {
  Result<xks::MetadataRequest> parsed = xks::parse_metadata(work.request.body);
  if (!parsed || !is_json(work.request)) {
    co_return co_await refuse_form(work);
  }
  note_caller(work, std::move(parsed->metadata));
  if (!serves(work.target.key)) {
    co_return co_await refuse_unserved(work);
  }
  TERCET_CO_TRY(const std::optional<mpc::wire::KeyFacts> facts,
                co_await authenticate(work, false, false));
  if (!facts) {
    co_return Error(Errc::internal, "the nodes confirm the request but state no facts of its key");
  }
  if (facts->enabled && facts->may_encrypt) {
    keys_.expect_encrypts(work.target.key, work.store.base_path);
  }
  xks::MetadataResponse response;
  response.enabled = facts->enabled;
  response.may_encrypt = facts->may_encrypt;
  response.may_decrypt = facts->may_decrypt;
  co_return xks::print_metadata(response);
}

Task<Result<Bytes>> XksService::get_health(Work& work) {
  Result<xks::HealthRequest> parsed = xks::parse_health(work.request.body);
  if (!parsed || !is_json(work.request)) {
    co_return co_await refuse_form(work);
  }
  note_caller(work, std::move(parsed->metadata));
  TERCET_CO_TRY(const std::optional<mpc::wire::KeyFacts> none,
                co_await authenticate(work, false, false));
  static_cast<void>(none);  // this operation names no key
  TERCET_CO_TRY(const xks::HealthResponse response, health_.health());
  co_return xks::print_health(response);
}

Task<Result<Bytes>> XksService::encrypt(Work& work) {
  Result<xks::EncryptRequest> parsed = xks::parse_encrypt(work.request.body);
  if (!parsed || !is_json(work.request)) {
    co_return co_await refuse_form(work);
  }
  note_caller(work, parsed->metadata);
  if (!serves(work.target.key)) {
    co_return co_await refuse_unserved(work);
  }
  if (is_too_long(parsed->plaintext.size(), parsed->aad.size())) {
    Error fault(Errc::unsupported, "encrypt: plaintext or AAD are too long");
    co_return co_await refuse_authenticated(work, false, std::move(fault));
  }
  const bool wants_integrity_value = parsed->wants_integrity_value;
  EncryptJob job;
  job.request = work.proxied;
  job.key = work.target.key;
  job.store = work.store.base_path;
  job.plaintext = std::move(parsed->plaintext);
  job.aad = std::move(parsed->aad);
  job.wants_integrity_value = wants_integrity_value;
  job.caller = work.caller;
  TERCET_CO_TRY(Encrypted encrypted, co_await encrypt_at_nodes(work, std::move(job)));
  xks::EncryptResponse response;
  if (wants_integrity_value) {
    TERCET_CO_TRY_STATUS(check_against_body(work, encrypted));
    response.integrity_value = encrypted.integrity_value;
  }
  response.ciphertext = std::move(encrypted.ciphertext);
  response.iv = to_bytes(encrypted.iv);
  response.tag = to_bytes(encrypted.tag);
  response.ciphertext_metadata = std::move(encrypted.metadata);
  co_return xks::print_encrypt(response);
}

Task<Result<Encrypted>> XksService::encrypt_at_nodes(Work& work, EncryptJob job) {
  const Stopwatch at_nodes(monotonic_, work.record.at_nodes);
  Result<Encrypted> encrypted = co_await keys_.encrypt(std::move(job), work.until);
  work.record.authentic = tells_authentic(encrypted);
  co_return encrypted;
}

Status XksService::check_against_body(const Work& work, const Encrypted& encrypted) {
  // Last part of the check in proxy/coordinator/encrypt.cpp: against the body whose hash the nodes
  // have verified, read anew.
  const Result<xks::EncryptRequest> again = xks::parse_encrypt(work.request.body);
  if (sha256(work.request.body) != work.proxied.body_sha256 || !again ||
      !ct::equal(again->plaintext, encrypted.recovered_plaintext) ||
      !std::ranges::equal(again->aad, encrypted.aad)) {
    if (options_.on_own_check_failed) {
      options_.on_own_check_failed();
    }
    return Error(Errc::crypto_failure, "encrypt: the result does not belong to the request's body")
        .hint("a memory fault is likely: take this proxy out of service and test its memory");
  }
  return ok_status();
}

Task<Result<Bytes>> XksService::decrypt(Work& work) {
  Result<xks::DecryptRequest> parsed = xks::parse_decrypt(work.request.body);
  if (!parsed || !is_json(work.request)) {
    co_return co_await refuse_form(work);
  }
  note_caller(work, parsed->metadata);
  if (!serves(work.target.key)) {
    co_return co_await refuse_unserved(work);
  }
  Status parts = check_parts(*parsed);
  if (!parts) {
    Error fault = std::move(parts).error();
    co_return co_await refuse_authenticated(work, false, std::move(fault));
  }
  DecryptJob job;
  job.request = work.proxied;
  job.request.body = work.request.body;
  job.key = work.target.key;
  job.iv = std::move(parsed->iv);
  job.ciphertext = std::move(parsed->ciphertext);
  const Stopwatch at_nodes(monotonic_, work.record.at_nodes);
  Result<Bytes> plaintext = co_await keys_.decrypt(std::move(job), work.until);
  work.record.authentic = tells_authentic(plaintext);
  if (!plaintext) {
    co_return std::move(plaintext).error();
  }
  co_return xks::print_decrypt(*plaintext);
}

bool XksService::serves(const KeyId& key) const {
  return key.text().starts_with(options_.key_prefix);
}

Task<Error> XksService::refuse_unserved(Work& work) {
  Error fault(Errc::not_found, "the key id lacks the configured prefix");
  co_return co_await refuse_authenticated(work, true, std::move(fault));
}

Task<Error> XksService::refuse_form(Work& work) {
  Error fault(Errc::invalid_argument, "the body or its content type is malformed");
  co_return co_await refuse_authenticated(work, true, std::move(fault));
}

void XksService::note_caller(Work& work, xks::RequestMetadata metadata) {
  work.caller = caller_facts(metadata);
  work.record.metadata = std::move(metadata);
}

}  // namespace tercet::proxy
