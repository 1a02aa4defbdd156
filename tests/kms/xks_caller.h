#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <nlohmann/json.hpp>

#include "core/async/task.h"
#include "core/base/result.h"
#include "core/http/http_client.h"

namespace tercet::kms {

using Json = nlohmann::json;

/// What an external key store's proxy answered: a body, or the name of an error.
class XksAnswer {
 public:
  XksAnswer(std::string error, Json answer)
      : error_name(std::move(error)), body(std::move(answer)) {}

  bool ok() const { return error_name.empty(); }

  std::string error_name;  ///< of the XKS API, or "Unreachable", "InvalidResponse"
  Json body;
};

/// Calls proxies as AWS KMS does: SigV4 over TLS, 250 ms, one more attempt where the API allows it.
/// Threads: one executor.
class XksCaller {
 public:
  /// `ca`: PEM file of the authority of the proxies' certificates.
  XksCaller(asio::any_io_executor executor, std::string region, std::string ca)
      : executor_(std::move(executor)), region_(std::move(region)), ca_(std::move(ca)) {}

  /// `store` as KmsState keeps it; `operation` is the path below the store's, "health" or
  /// "keys/ID/encrypt".
  Task<XksAnswer> call(Json store, std::string operation, Json body);

 private:
  Task<XksAnswer> call_once(const Json& store, const std::string& operation, const Json& body);
  Result<HttpRequest> signed_request(const Json& store,
                                     const std::string& operation,
                                     const Json& body) const;
  Result<HttpClient*> client(const std::string& endpoint);

  asio::any_io_executor executor_;
  std::string region_;
  std::string ca_;
  std::map<std::string, std::unique_ptr<HttpClient>> clients_;
};

}  // namespace tercet::kms
