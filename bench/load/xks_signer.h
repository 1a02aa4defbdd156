#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/cluster_file.h"
#include "core/base/result.h"
#include "core/http/http_message.h"
#include "core/secret/secret_bytes.h"
#include "core/time/clock.h"

namespace tercet::bench {

/// Makes requests as KMS sends them: signed with SigV4 for the second they are made in. The signing
/// key is derived once a day.
class XksSigner {
 public:
  XksSigner(const ClusterFile& cluster, const WallClock& clock);

  /// A POST to `path` below the store's. Errors: invalid_argument.
  Result<HttpRequest> sign(const std::string& path, Bytes body);

 private:
  void refresh_date();

  const WallClock* clock_;
  std::string authority_;
  std::string uri_path_;
  std::string access_key_id_;
  std::string region_;
  SecretBytes secret_;
  std::int64_t second_ = -1;
  std::string date_;         ///< X-Amz-Date of `second_`
  SecretBytes signing_key_;  ///< of its day
};

}  // namespace tercet::bench
