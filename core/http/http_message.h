#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/net/byte_stream.h"
#include "core/time/clock.h"

namespace tercet {

/// One header line: the name as written, the value without the spaces around it.
class HttpHeader {
 public:
  HttpHeader(std::string header_name, std::string header_value)
      : name(std::move(header_name)), value(std::move(header_value)) {}

  std::string name;
  std::string value;
};

using HttpHeaders = std::vector<HttpHeader>;

/// The first header of this name (any case), or null.
const std::string* find_header(const HttpHeaders& headers, std::string_view name);
std::size_t count_headers(const HttpHeaders& headers, std::string_view name);

/// How and when a request came in; empty in a request that we send.
class HttpArrival {
 public:
  HttpArrival() = default;
  std::string remote_address;
  std::shared_ptr<const TlsInfo> tls;  ///< null on plain TCP
  SteadyTime received{};               ///< when the last byte was there
  Milliseconds connection_setup{0};    ///< accept to handshake end; first request only, else 0
  std::chrono::microseconds smoothed_rtt{0};
};

/// A request as received (after the checks of XKS reference 4) or to be sent.
class HttpRequest {
 public:
  HttpRequest() = default;

  HttpRequest(std::string request_method, std::string request_target)
      : method(std::move(request_method)), target(std::move(request_target)) {}

  HttpRequest(HttpRequest&&) noexcept = default;
  HttpRequest& operator=(HttpRequest&&) noexcept = default;

  const std::string* find(std::string_view name) const { return find_header(headers, name); }

  std::string method;
  std::string target;  ///< raw, as in the request line: no decoding, no normalisation
  unsigned minor_version = 1;
  HttpHeaders headers;  ///< in order, repeated ones too
  Bytes body;           ///< decoded if it was chunked
  HttpArrival arrival;
};

/// An answer. The server adds Content-Length, Date and Connection.
class HttpResponse {
 public:
  HttpResponse() = default;

  explicit HttpResponse(unsigned response_status) : status(response_status) {}

  HttpResponse(unsigned response_status, std::string_view content_type, Bytes content);

  /// With Content-Type application/json.
  static HttpResponse json(unsigned status, Bytes body);
  static HttpResponse json(unsigned status, std::string_view body);
  static HttpResponse text(unsigned status, std::string_view body);

  HttpResponse(HttpResponse&&) noexcept = default;
  HttpResponse& operator=(HttpResponse&&) noexcept = default;

  const std::string* find(std::string_view name) const { return find_header(headers, name); }

  unsigned status = 200;
  HttpHeaders headers;
  Bytes body;
  bool close = false;  ///< close the connection after it
  /// The request showed who the client is (HttpServerOptions::proof_needed).
  bool proves_client = false;
};

}  // namespace tercet
