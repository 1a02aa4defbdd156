#include "tests/kms/xks_client.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>
#include <vector>

#include "core/async/deadline.h"
#include "core/crypto/hash.h"
#include "core/secret/secret_bytes.h"
#include "core/sigv4/canonical_request.h"
#include "core/sigv4/sign.h"

namespace tercet::kms {
namespace {

constexpr std::string_view kService = "kms-xks-proxy";

/// For our log only; the caller of KMS never sees it. Printable ASCII, as the XKS API demands.
std::string message_of(const Json& answer) {
  const auto found = answer.find("errorMessage");
  std::string text = found != answer.end() && found->is_string() ? found->get<std::string>() : "";
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text.substr(0, 512);
}

void report(const Store& store, const XksCall& call, XksProblem problem, const Json& answer) {
  std::fprintf(stderr,
               "tercet-kms: %s at the proxy of %s: %s %s\n",
               call.operation.c_str(),
               store.id.empty() ? "a new store" : store.id.c_str(),
               std::string(metric_name(problem)).c_str(),
               answer.is_object() ? message_of(answer).c_str() : "");
}

XksVerdict judge(const Store& store, const XksCall& call, const XksReply& reply) {
  if (reply.problem) {
    report(store, call, *reply.problem, Json());
    return reply.problem;
  }
  const Json answer = Json::parse(as_text(reply.response.body), nullptr, false);
  if (reply.response.status == 200 && answer.is_object() && call.read(answer)) {
    return std::nullopt;
  }
  XksProblem problem = XksProblem::malformed;
  if (reply.response.status != 200 && answer.is_object()) {
    const auto name = answer.find("errorName");
    if (name != answer.end() && name->is_string()) {
      problem = problem_named(name->get_ref<const std::string&>());
    }
  }
  report(store, call, problem, answer);
  return problem;
}

}  // namespace

Result<HttpRequest> XksClient::signed_request(const Store& store,
                                              const XksCall& call,
                                              const XksEndpoint& endpoint) const {
  // The caller's own words may not be UTF-8: an access key id comes from a header.
  const std::string text = call.body.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::vector<sigv4::Header> headers = {
      {"host", endpoint.host}, {"x-amz-date", sigv4::print_amz_date(clock_.now_seconds())}};
  const std::array<std::string, 2> names = {"host", "x-amz-date"};
  HttpRequest request("POST", store.uri_path + call.path);
  const sigv4::RequestView view{request.method, request.target, headers};
  const sigv4::Signer signer{store.access_key_id, options_.region, kService};
  const SecretBytes secret = SecretBytes::copy_of(as_bytes(store.secret));
  TERCET_TRY(std::string authorization,
             sigv4::sign(view, sha256(as_bytes(text)), names, signer, secret));
  request.headers.emplace_back("Host", endpoint.host);
  request.headers.emplace_back("X-Amz-Date", headers[1].second);
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Authorization", std::move(authorization));
  request.body = to_bytes(as_bytes(text));
  return request;
}

Task<XksVerdict> XksClient::attempt(const Store& store, const XksCall& call) {
  const SteadyTime began = real_clock().now();
  const Deadline until = Deadline::in(real_clock(), options_.xks_timeout);
  XksEndpoint endpoint = XksEndpoint::of(store.endpoint, options_.connect_to);
  Result<HttpRequest> request = signed_request(store, call, endpoint);
  if (!request) {
    co_return XksProblem::unreachable;
  }
  const XksReply reply =
      co_await transport_.send(std::move(endpoint), std::move(request).value(), until);
  const std::chrono::duration<double, std::milli> took = real_clock().now() - began;
  const bool abandoned = co_await cancelled();
  if (abandoned && reply.problem) {
    co_return reply.problem;  // our caller has gone: this says nothing about the proxy
  }
  const XksVerdict verdict = judge(store, call, reply);
  const auto limit = static_cast<double>(options_.xks_timeout.count());
  const double counted = verdict == XksProblem::timed_out ? limit : took.count();
  metrics_.xks_call(store.id, call.kms_operation, call.operation, counted, verdict);
  co_return verdict;
}

Task<XksVerdict> XksClient::call(Store store, XksCall call) {
  XksVerdict verdict = co_await attempt(store, call);
  for (unsigned retry = 0; retry < options_.xks_retries && verdict == XksProblem::timed_out;
       ++retry) {
    verdict = co_await attempt(store, call);
  }
  co_return verdict;
}

}  // namespace tercet::kms
