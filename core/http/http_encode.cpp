#include <boost/beast/http/status.hpp>

#include "core/http/http_chars.h"
#include "core/http/http_codec.h"

namespace tercet {
namespace {

void append(Bytes& out, std::string_view text) {
  const ByteView bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_header(Bytes& out, std::string_view name, std::string_view value) {
  append(out, name);
  append(out, ": ");
  append(out, value);
  append(out, "\r\n");
}

std::string_view reason(unsigned status) {
  return boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
}

std::size_t head_bytes(const HttpHeaders& headers) {
  std::size_t bytes = 256;
  for (const HttpHeader& header : headers) {
    bytes += header.name.size() + header.value.size() + 4;
  }
  return bytes;
}

}  // namespace

Bytes encode_response(const HttpResponse& response,
                      bool keep_alive,
                      bool head_request,
                      std::string_view date) {
  Bytes out;
  out.reserve(head_bytes(response.headers) + response.body.size());
  append(out, "HTTP/1.1 ");
  append(out, std::to_string(response.status));
  append(out, " ");
  append(out, reason(response.status));
  append(out, "\r\n");
  for (const HttpHeader& header : response.headers) {
    append_header(out, header.name, header.value);
  }
  if (!date.empty()) {
    append_header(out, "Date", date);
  }
  if (response.status != 204) {
    append_header(out, "Content-Length", std::to_string(response.body.size()));
  }
  if (!keep_alive) {
    append_header(out, "Connection", "close");
  }
  append(out, "\r\n");
  if (!head_request && response.status != 204) {
    out.insert(out.end(), response.body.begin(), response.body.end());
  }
  return out;
}

Result<Bytes> encode_request(const HttpRequest& request) {
  if (!http::is_token(request.method) || !http::is_target(request.target)) {
    return Error(Errc::invalid_argument, "HTTP: a method or target that cannot be sent");
  }
  Bytes out;
  out.reserve(head_bytes(request.headers) + request.target.size() + request.body.size());
  append(out, request.method);
  append(out, " ");
  append(out, request.target);
  append(out, request.minor_version == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const HttpHeader& header : request.headers) {
    if (!http::is_token(header.name) || !http::is_field_text(header.value)) {
      return Error(Errc::invalid_argument, "HTTP: a header that cannot be sent");
    }
    append_header(out, header.name, header.value);
  }
  const bool expected = request.method == "POST" || request.method == "PUT";
  if ((expected || !request.body.empty()) && request.find("Content-Length") == nullptr &&
      request.find("Transfer-Encoding") == nullptr) {
    append_header(out, "Content-Length", std::to_string(request.body.size()));
  }
  append(out, "\r\n");
  out.insert(out.end(), request.body.begin(), request.body.end());
  return out;
}

}  // namespace tercet
