#include "tests/kms/xks_caller.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <utility>
#include <vector>

#include "core/crypto/hash.h"
#include "core/secret/secret_bytes.h"
#include "core/sigv4/sign.h"
#include "core/time/clock.h"

namespace tercet::kms {
namespace {

constexpr Milliseconds kProxyLimit{250};

std::string amz_date() {
  const auto now = static_cast<std::time_t>(system_wall_clock().now_seconds());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc);
  return text.data();
}

/// "localhost:8443" of "https://localhost:8443".
std::string authority(const std::string& endpoint) {
  constexpr std::string_view kScheme = "https://";
  std::string rest = endpoint.starts_with(kScheme) ? endpoint.substr(kScheme.size()) : endpoint;
  if (rest.find(':') == std::string::npos) {
    rest += ":443";
  }
  return rest;
}

void report(const Error& error) {
  std::fprintf(stderr, "tercet-kms: call the proxy: %s\n", error.to_string().c_str());
}

bool is_retryable(const std::string& error) {
  return error == "InternalException" || error == "ThrottlingException" ||
         error == "DependencyTimeoutException" || error == "Unreachable";
}

}  // namespace

Result<HttpRequest> XksCaller::signed_request(const Json& store,
                                              const std::string& operation,
                                              const Json& body) const {
  const std::string text = body.dump();
  const std::vector<sigv4::Header> headers = {
      {"content-type", "application/json"},
      {"host", authority(store.at("endpoint").get<std::string>())},
      {"x-amz-date", amz_date()}};
  const std::vector<std::string> names = {"content-type", "host", "x-amz-date"};
  HttpRequest request("POST", store.at("uri_path").get<std::string>() + "/" + operation);
  const sigv4::RequestView view{request.method, request.target, headers};
  const std::string access_key = store.at("access_key_id").get<std::string>();
  const SecretBytes secret = SecretBytes::copy_of(as_bytes(store.at("secret").get<std::string>()));
  const sigv4::Signer signer{access_key, region_, "kms-xks-proxy"};
  TERCET_TRY(std::string authorization,
             sigv4::sign(view, sha256(as_bytes(text)), names, signer, secret));
  for (const auto& [name, value] : headers) {
    request.headers.emplace_back(name, value);
  }
  request.headers.emplace_back("authorization", std::move(authorization));
  request.body = to_bytes(as_bytes(text));
  return request;
}

Result<HttpClient*> XksCaller::client(const std::string& endpoint) {
  std::unique_ptr<HttpClient>& found = clients_[endpoint];
  if (found == nullptr) {
    HttpsClientTls files;
    files.ca = ca_;
    HttpClientOptions options;
    options.address = authority(endpoint);
    options.host_name = options.address.substr(0, options.address.rfind(':'));
    if (options.host_name == "localhost") {  // a development proxy listens on IPv4 only
      options.address.replace(0, options.host_name.size(), "127.0.0.1");
    }
    TERCET_TRY(options.tls, TlsClientContext::for_https(files));
    found = HttpClient::make(executor_, std::move(options));
  }
  return found.get();
}

Task<XksAnswer> XksCaller::call_once(const Json& store,
                                     const std::string& operation,
                                     const Json& body) {
  Result<HttpRequest> request = signed_request(store, operation, body);
  Result<HttpClient*> to = client(store.at("endpoint").get<std::string>());
  if (!request || !to) {
    report(request ? to.error() : request.error());
    co_return XksAnswer("Unreachable", Json());
  }
  const Deadline until = Deadline::in(kProxyLimit);
  const Result<HttpResponse> response =
      co_await to.value()->send(std::move(request).value(), until);
  if (!response) {
    report(response.error());
    co_return XksAnswer("Unreachable", Json());
  }
  Json answer = Json::parse(as_text(response->body), nullptr, false);
  if (!answer.is_object()) {
    co_return XksAnswer("InvalidResponse", Json());
  }
  if (response->status == 200) {
    co_return XksAnswer("", std::move(answer));
  }
  co_return XksAnswer(answer.value("errorName", std::string("InvalidResponse")), Json());
}

Task<XksAnswer> XksCaller::call(Json store, std::string operation, Json body) {
  XksAnswer first = co_await call_once(store, operation, body);
  if (!is_retryable(first.error_name)) {
    co_return first;
  }
  XksAnswer second = co_await call_once(store, operation, body);
  co_return second;
}

}  // namespace tercet::kms
