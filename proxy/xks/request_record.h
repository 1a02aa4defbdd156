#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time/clock.h"
#include "core/xks/api_types.h"
#include "core/xks/operation.h"

namespace tercet::proxy {

/// What the log and the metrics learn of one request (XKS reference, section 18). Never plaintext,
/// ciphertext, AAD, tag, signature. The strings are other people's: cut and escaped by the printer.
class RequestRecord {
 public:
  RequestRecord() = default;
  std::string store;                        ///< name; empty if the path matched none
  std::optional<xks::Operation> operation;  ///< likewise
  std::string key;
  std::string access_key_id;  ///< as the request claims; "" if it has none
  /// Two nodes have found that its signature holds, as far as this proxy learned: it was served,
  /// or has a fault that is named only after that. Everything else a stranger can cause.
  bool authentic = false;
  xks::RequestMetadata metadata;
  std::string peer;
  std::string tls;  ///< "TLSv1.3", or empty on a plain connection
  bool connection_reused = false;
  unsigned status = 0;
  std::string error_name;  ///< of the answer; empty for 200 and for HTTP's own refusals
  std::string reason;      ///< ours, fixed words
  std::size_t request_bytes = 0;
  std::size_t response_bytes = 0;
  Milliseconds total{0};
  Milliseconds at_nodes{0};
  /// X-Amz-Date minus our clock, where its form and access key id are right.
  std::optional<std::int64_t> clock_difference_seconds;
  std::uint64_t left_out = 0;  ///< requests like this one, not on record since the last one
};

/// Gets a record of every request after its answer is made. Must not throw or block.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void finished(const RequestRecord& record) = 0;
};

/// One JSON object on one line, without the newline. `time_ms`: milliseconds since 1970.
std::string print_record(const RequestRecord& record, std::int64_t time_ms);

}  // namespace tercet::proxy
