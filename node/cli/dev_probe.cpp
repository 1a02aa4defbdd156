#include "node/cli/dev_probe.h"

#include <array>
#include <ctime>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "core/async/block_on.h"
#include "core/crypto/hash.h"
#include "core/http/http_client.h"
#include "core/secret/secret_file.h"
#include "core/sigv4/sign.h"
#include "core/time/clock.h"

namespace tercet::cli {
namespace {

constexpr std::string_view kHealthBody =
    R"({"requestMetadata":{"kmsOperation":"KmsHealthCheck",)"
    R"("kmsRequestId":"00000000-0000-4000-8000-000000000000"}})";

std::string amz_date() {
  const std::time_t now = static_cast<std::time_t>(system_wall_clock().now_seconds());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc);
  return text.data();
}

Result<HttpResponse> send(HttpClientOptions options, HttpRequest request, Milliseconds limit) {
  asio::io_context context;
  Result<HttpResponse> response = Error(Errc::internal, "not sent");
  {
    const auto client = HttpClient::make(context.get_executor(), std::move(options));
    response =
        block_on(context, client->send(std::move(request), Deadline::in(real_clock(), limit)));
  }
  context.restart();
  context.poll();  // what the connection still had to unwind
  return response;
}

Result<HttpRequest> health_request(const ProxyProbe& probe) {
  TERCET_TRY(const SecretBytes secret, read_secret_line(probe.secret_file));
  const std::vector<sigv4::Header> headers = {
      {"content-type", "application/json"}, {"host", "localhost"}, {"x-amz-date", amz_date()}};
  const std::vector<std::string> names = {"content-type", "host", "x-amz-date"};
  HttpRequest request("POST", probe.uri_path + "/health");
  const sigv4::RequestView view{request.method, request.target, headers};
  const sigv4::Signer signer{probe.access_key_id, probe.region, "kms-xks-proxy"};
  TERCET_TRY(std::string authorization,
             sigv4::sign(view, sha256(as_bytes(kHealthBody)), names, signer, secret));
  for (const auto& [name, value] : headers) {
    request.headers.emplace_back(name, value);
  }
  request.headers.emplace_back("authorization", std::move(authorization));
  request.body = to_bytes(as_bytes(kHealthBody));
  return request;
}

/// Degraded nodes serve, too: where they are far apart they always are.
bool all_serve(ByteView body) {
  const nlohmann::json json = nlohmann::json::parse(as_text(body), nullptr, false);
  if (!json.is_object()) {
    return false;
  }
  const nlohmann::json details = json.value("ekmFleetDetails", nlohmann::json::array());
  for (const nlohmann::json& detail : details) {
    if (!detail.is_object() ||
        detail.value("healthStatus", std::string("UNAVAILABLE")) == "UNAVAILABLE") {
      return false;
    }
  }
  return !details.empty();
}

}  // namespace

Status probe_proxy(const ProxyProbe& probe, Milliseconds limit) {
  HttpsClientTls files;
  files.ca = probe.ca_file;
  HttpClientOptions options;
  options.address = probe.address;
  TERCET_TRY(options.tls, TlsClientContext::for_https(files));
  options.host_name = "localhost";
  TERCET_TRY(HttpRequest request, health_request(probe));
  TERCET_TRY(const HttpResponse response, send(std::move(options), std::move(request), limit));
  if (response.status != 200 || !all_serve(response.body)) {
    return Error(Errc::wrong_state,
                 "the proxy answers " + std::to_string(response.status) + " " +
                     std::string(as_text(response.body).substr(0, 300)));
  }
  return ok_status();
}

Status probe_ping(const std::string& address, Milliseconds limit) {
  HttpClientOptions options;
  options.address = address;
  TERCET_TRY(const HttpResponse response,
             send(std::move(options), HttpRequest("GET", "/ping"), limit));
  if (response.status != 200) {
    return Error(Errc::wrong_state, "it answers " + std::to_string(response.status));
  }
  return ok_status();
}

}  // namespace tercet::cli
