#pragma once

#include <string>

#include "core/http/http_message.h"
#include "tests/kms/checked.h"

/// The JSON 1.1 protocol of AWS: an operation in a header, one JSON object in, one out.
/// Source:  kms-front-end reference, section 2.
namespace tercet::kms {

inline constexpr std::size_t kRequestBytesMax = 200'000;

/// The name in X-Amz-Target. Errors: UnknownOperationException.
Checked<std::string> operation_of(const HttpRequest& request);
/// An empty body counts as {}. Errors: SerializationException.
Checked<Json> read_body(ByteView body);
HttpResponse print_answer(const Answer& answer, const std::string& request_id);
/// An error with a status of its own.
HttpResponse print_fault(unsigned status, const Fault& fault, const std::string& request_id);

}  // namespace tercet::kms
