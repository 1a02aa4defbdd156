#pragma once

#include "core/http/http_message.h"
#include "proxy/xks/xks_service.h"

namespace tercet::proxy {

/// Between the HTTP server and XksService: headers in order, nothing interpreted.
XksRequest xks_request(HttpRequest http);
HttpResponse http_response(XksReply reply);

}  // namespace tercet::proxy
