#pragma once

#include <string>

#include "core/base/result.h"
#include "core/time/clock.h"

namespace tercet::cli {

/// How to ask one proxy of a development cluster for its health, as KMS does.
class ProxyProbe {
 public:
  ProxyProbe() = default;
  std::string address;  ///< 127.0.0.1:port
  std::string uri_path;
  std::string region;
  std::string ca_file;
  std::string access_key_id;
  std::string secret_file;
};

/// A signed GetHealthStatus: ok if the answer is 200 and every key manager in it is ACTIVE.
/// Errors: wrong_state (says what was answered), those of the connection.
Status probe_proxy(const ProxyProbe& probe, Milliseconds limit);

/// GET /ping over plain HTTP: ok if 200.
Status probe_ping(const std::string& address, Milliseconds limit);

}  // namespace tercet::cli
