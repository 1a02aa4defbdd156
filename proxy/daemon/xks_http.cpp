#include "proxy/daemon/xks_http.h"

#include <utility>

namespace tercet::proxy {

XksRequest xks_request(HttpRequest http) {
  XksRequest request;
  request.method = std::move(http.method);
  request.target = std::move(http.target);
  for (HttpHeader& header : http.headers) {
    request.headers.emplace_back(std::move(header.name), std::move(header.value));
  }
  request.body = std::move(http.body);
  request.peer = std::move(http.arrival.remote_address);
  request.tls = http.arrival.tls ? http.arrival.tls->protocol : "";
  request.connection_reused = http.arrival.connection_setup == Milliseconds(0);
  return request;
}

HttpResponse http_response(XksReply reply) {
  HttpResponse response(reply.status);
  response.headers.emplace_back("Content-Type", "application/json");
  if (reply.allow_post) {
    response.headers.emplace_back("Allow", "POST");
  }
  response.body = std::move(reply.body);
  response.proves_client = reply.proven;
  return response;
}

}  // namespace tercet::proxy
