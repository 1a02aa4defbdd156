#pragma once

#include "core/http/http_message.h"

/// What the headers of a message that Beast could read may say together (XKS reference 4): Beast
/// repairs some of it, other servers do so differently, and between two repairs requests get
/// smuggled.
namespace tercet::http {

/// Nothing that could mean two things is there twice, Content-Length is one number, and the only
/// transfer coding is chunked (and no coding at all in HTTP/1.0).
bool mean_one_thing(const HttpHeaders& headers, unsigned minor_version);

/// A request of HTTP/1.1 says which host it is for.
bool name_the_host(const HttpHeaders& headers, unsigned minor_version);

}  // namespace tercet::http
