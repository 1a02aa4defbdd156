#include "tests/kms/wire.h"

#include <set>
#include <string_view>

namespace tercet::kms {
namespace {

constexpr std::string_view kTargetPrefix = "TrentService.";
constexpr const char* kContentType = "application/x-amz-json-1.1";
constexpr std::size_t kNestingMax = 32;

/// Before a parser sees it: how deep brackets nest, outside strings.
bool nests_too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kNestingMax) {
        return true;
      }
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

/// The only names with a status other than 400; clients retry them.
bool is_server_fault(std::string_view name) {
  static const std::set<std::string_view> names = {
      "KMSInternalException", "DependencyTimeoutException", "KeyUnavailableException"};
  return names.contains(name);
}

HttpResponse respond(unsigned status, std::string_view body, const std::string& request_id) {
  HttpResponse response(status, kContentType, to_bytes(as_bytes(body)));
  response.headers.emplace_back("x-amzn-RequestId", request_id);
  return response;
}

}  // namespace

Checked<std::string> operation_of(const HttpRequest& request) {
  const std::string* target = request.find("X-Amz-Target");
  if (target == nullptr || count_headers(request.headers, "X-Amz-Target") != 1 ||
      !target->starts_with(kTargetPrefix)) {
    return Fault("UnknownOperationException", "X-Amz-Target is not TrentService.Operation.");
  }
  return target->substr(kTargetPrefix.size());
}

Checked<Json> read_body(ByteView body) {
  if (body.empty()) {
    return Json::object();
  }
  const std::string_view text = as_text(body);
  Json parsed =
      nests_too_deep(text) ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, false);
  if (!parsed.is_object()) {
    return Fault("SerializationException", "The body is not one JSON object.");
  }
  return parsed;
}

HttpResponse print_answer(const Answer& answer, const std::string& request_id) {
  if (!answer) {
    return print_fault(
        is_server_fault(answer.error().name) ? 500 : 400, answer.error(), request_id);
  }
  const Json& body = answer.value();
  return respond(200, body.is_null() ? std::string() : body.dump(), request_id);
}

HttpResponse print_fault(unsigned status, const Fault& fault, const std::string& request_id) {
  const Json body{{"__type", fault.name}, {"message", fault.message}};
  return respond(status, body.dump(-1, ' ', false, Json::error_handler_t::replace), request_id);
}

}  // namespace tercet::kms
