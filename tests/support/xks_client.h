#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "tests/support/live_cluster.h"
#include "tests/support/tls_client.h"

namespace tercet::test {

/// One request to a proxy, any part of which a test may bend before or after it is signed.
class XksMessage {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  /// POST with Host, Content-Type and X-Amz-Date, not signed yet. The date is a little in the past,
  /// each time by another number of seconds: the nodes count repeats of one signature.
  XksMessage(const LiveEndpoint& endpoint, std::string request_target, std::string content);

  /// Puts the Authorization header in, over the headers named (any case, sorted, ';' between).
  void sign(const LiveCredential& credential,
            const std::string& signed_headers = "host;x-amz-date");
  void set(const std::string& name, const std::string& value);
  void remove(const std::string& name);
  std::string value(const std::string& name) const;
  /// The bytes of the request, with Content-Length.
  std::string wire() const;

  std::string method = "POST";
  std::string target;
  Headers headers;
  std::string body;
};

/// "20260115T080910Z", `seconds_ahead` of the machine's clock.
std::string amz_date(std::int64_t seconds_ahead);

/// The Authorization value for exactly these headers and this body, whatever they are.
std::string sigv4_authorization(const XksMessage& message,
                                const LiveCredential& credential,
                                const std::string& signed_headers);

class XksReply {
 public:
  XksReply() = default;

  explicit XksReply(RawResponse response);

  unsigned status = 0;
  RawResponse raw;
  nlohmann::json json;  ///< discarded if the body is none

  /// "ValidationException", ... or empty.
  std::string error_name() const;
  /// A member that is Base64, decoded; empty if it is not there.
  Bytes bytes(const std::string& name) const;
  /// "404 KeyNotFoundException {...}", for messages.
  std::string text() const;
};

/// Speaks to one proxy over one connection, which is made anew when it has ended. 429 and 503 are
/// tried again, as KMS does it, but more often: the machine may be busy with other tests.
class XksClient {
 public:
  explicit XksClient(LiveEndpoint endpoint);

  const LiveEndpoint& endpoint() const { return endpoint_; }

  /// The base path and this.
  std::string target(const std::string& rest) const { return endpoint_.uri_path + rest; }

  /// An unsigned message for "/health", "/keys/a/encrypt", ...
  XksMessage message(const std::string& rest, std::string body) const;
  /// Signed with the store's credential, and sent.
  XksReply post(const std::string& rest, const std::string& body);
  /// `make` is asked anew for each attempt.
  XksReply call(const std::function<XksMessage()>& make);
  /// One attempt, whatever the answer.
  XksReply once(const XksMessage& message);

  std::size_t connections_made() const { return connections_; }

 private:
  LiveEndpoint endpoint_;
  std::unique_ptr<TlsClient> connection_;
  std::size_t connections_ = 0;
};

/// Connection options for this proxy, its certificate checked.
TlsClientOptions tls_options(const LiveEndpoint& endpoint);

}  // namespace tercet::test
