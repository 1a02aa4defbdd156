#pragma once

#include <memory>
#include <string>

#include "core/log/line_file.h"
#include "tests/kms/call.h"

namespace tercet::kms {

/// One JSON line for each call, as CloudTrail records it; never a plaintext, blob, data key, secret
/// or grant token. Source: kms-front-end reference, section 15.
class EventLog {
 public:
  /// An empty `path` logs nothing. Errors: io_error.
  static Result<EventLog> open(const std::string& path);

  void write(const Front& front, const Call& call, const Answer& answer);

 private:
  std::unique_ptr<LineFile> file_;
};

/// The line, for tests too.
Json event_of(const Front& front, const Call& call, const Answer& answer);

}  // namespace tercet::kms
