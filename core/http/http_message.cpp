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

std::string_view http_reason(unsigned status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

}  // namespace tercet
