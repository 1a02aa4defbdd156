#include "core/http/http_message.h"

#include "core/http/http_chars.h"

namespace tercet {

const std::string* find_header(const HttpHeaders& headers, std::string_view name) {
  for (const HttpHeader& header : headers) {
    if (http::same_ignoring_case(header.name, name)) {
      return &header.value;
    }
  }
  return nullptr;
}

std::size_t count_headers(const HttpHeaders& headers, std::string_view name) {
  std::size_t count = 0;
  for (const HttpHeader& header : headers) {
    count += http::same_ignoring_case(header.name, name) ? 1U : 0U;
  }
  return count;
}

HttpResponse::HttpResponse(unsigned response_status, std::string_view content_type, Bytes content)
    : status(response_status), body(std::move(content)) {
  headers.emplace_back("Content-Type", std::string(content_type));
}

HttpResponse HttpResponse::json(unsigned status, Bytes body) {
  return HttpResponse(status, "application/json", std::move(body));
}

HttpResponse HttpResponse::json(unsigned status, std::string_view body) {
  return json(status, to_bytes(as_bytes(body)));
}

HttpResponse HttpResponse::text(unsigned status, std::string_view body) {
  return HttpResponse(status, "text/plain; charset=utf-8", to_bytes(as_bytes(body)));
}

}  // namespace tercet
