#include "tests/sim/kms_signer.h"

#include <array>
#include <ctime>
#include <utility>
#include <vector>

#include "core/crypto/hash.h"
#include "core/sigv4/sign.h"
#include "core/sigv4/verify.h"
#include "core/time/clock.h"

namespace tercet::test {
namespace {

constexpr std::string_view kAccessKeyId = "ABCDEFGHIJKLMNOPQRST";
constexpr std::string_view kSecretKey = "test0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcde";
constexpr std::string_view kRegion = "eu-central-1";

std::string amz_date(std::int64_t seconds) {
  const auto when = static_cast<std::time_t>(seconds);
  std::tm utc{};
  ::gmtime_r(&when, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc);
  return text.data();
}

}  // namespace

node::StorePolicy KmsSigner::store() {
  node::StorePolicy policy;
  policy.name = kStore;
  policy.uri_path = kBasePath;
  policy.regions = {std::string(kRegion)};
  policy.access_key_ids = {std::string(kAccessKeyId)};
  return policy;
}

std::shared_ptr<const SecretBytes> KmsSigner::secret_of(std::string_view access_key_id) {
  static const auto secret =
      std::make_shared<const SecretBytes>(SecretBytes::copy_of(as_bytes(kSecretKey)));
  return access_key_id == kAccessKeyId ? secret : nullptr;
}

mpc::wire::ProxiedRequest KmsSigner::sign(const std::string& operation,
                                          Bytes body,
                                          std::int64_t age_seconds) {
  return sign_at(operation, std::move(body), system_wall_clock().now_seconds() - age_seconds);
}

mpc::wire::ProxiedRequest KmsSigner::sign_at(const std::string& operation,
                                             Bytes body,
                                             std::int64_t unix_seconds) {
  mpc::wire::ProxiedRequest request;
  request.method = "POST";
  request.target = std::string(kBasePath) + "/" + operation;
  request.headers = {{"content-type", "application/json"},
                     {"host", "localhost"},
                     {"x-amz-date", amz_date(unix_seconds)}};
  request.body_sha256 = sha256(body);
  const std::vector<std::string> names = {"content-type", "host", "x-amz-date"};
  const sigv4::RequestView view{request.method, request.target, request.headers};
  const sigv4::Signer signer{kAccessKeyId, kRegion, sigv4::kXksService};
  std::string authorization =
      sigv4::sign(view, request.body_sha256, names, signer, *secret_of(kAccessKeyId)).value();
  request.headers.emplace_back("authorization", std::move(authorization));
  request.body = std::move(body);
  return request;
}

}  // namespace tercet::test
