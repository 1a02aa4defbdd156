#include "bench/load/xks_signer.h"

#include <array>
#include <ctime>
#include <utility>

#include "core/crypto/hash.h"
#include "core/sigv4/sign.h"
#include "core/sigv4/verify.h"

namespace tercet::bench {
namespace {

constexpr std::size_t kDayCharacters = 8;

std::string amz_date(std::int64_t seconds) {
  const auto now = static_cast<std::time_t>(seconds);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc);
  return text.data();
}

}  // namespace

XksSigner::XksSigner(const ClusterFile& cluster, const WallClock& clock)
    : clock_(&clock),
      authority_(cluster.authority()),
      uri_path_(cluster.uri_path),
      access_key_id_(cluster.access_key_id),
      region_(cluster.region),
      secret_(SecretBytes::copy_of(as_bytes(cluster.secret))) {}

void XksSigner::refresh_date() {
  const std::int64_t now = clock_->now_seconds();
  if (now == second_) {
    return;
  }
  second_ = now;
  std::string date = amz_date(now);
  if (signing_key_.empty() || date.substr(0, kDayCharacters) != date_.substr(0, kDayCharacters)) {
    sigv4::KeyScope scope;
    scope.date = std::string_view(date).substr(0, kDayCharacters);
    scope.region = region_;
    scope.service = sigv4::kXksService;
    signing_key_ = sigv4::derive_signing_key(secret_, scope);
  }
  date_ = std::move(date);
}

Result<HttpRequest> XksSigner::sign(const std::string& path, Bytes body) {
  refresh_date();
  const std::array<sigv4::Header, 3> headers = {sigv4::Header("content-type", "application/json"),
                                                sigv4::Header("host", authority_),
                                                sigv4::Header("x-amz-date", date_)};
  const std::array<std::string, 3> names = {"content-type", "host", "x-amz-date"};
  HttpRequest request("POST", uri_path_ + "/" + path);
  const sigv4::RequestView view{request.method, request.target, headers};
  const sigv4::Signer signer{access_key_id_, region_, sigv4::kXksService};
  TERCET_TRY(std::string authorization,
             sigv4::sign_with_key(view, sha256(body), names, signer, signing_key_));
  for (const auto& [name, value] : headers) {
    request.headers.emplace_back(name, value);
  }
  request.headers.emplace_back("authorization", std::move(authorization));
  request.body = std::move(body);
  return request;
}

}  // namespace tercet::bench
