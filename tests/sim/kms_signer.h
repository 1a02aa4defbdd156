#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/secret/secret_bytes.h"
#include "mpc/wire/proxy_messages.h"
#include "node/session/service_options.h"

namespace tercet::test {

/// KMS as the in-process cluster knows it: one key store and one credential.
class KmsSigner {
 public:
  static constexpr std::string_view kStore = "dev";
  static constexpr std::string_view kBasePath = "/kms/xks/v1";

  /// The store as the nodes' options declare it.
  static node::StorePolicy store();
  /// The credential's secret; null for any other access key id.
  static std::shared_ptr<const SecretBytes> secret_of(std::string_view access_key_id);

  /// A request as KMS signs it now, or `age_seconds` ago. `operation` is "keys/ID/encrypt" and the
  /// like. With its body; the Encrypt's sender takes it out.
  static mpc::wire::ProxiedRequest sign(const std::string& operation,
                                        Bytes body,
                                        std::int64_t age_seconds);
  /// The same at a given time.
  static mpc::wire::ProxiedRequest sign_at(const std::string& operation,
                                           Bytes body,
                                           std::int64_t unix_seconds);
};

}  // namespace tercet::test
