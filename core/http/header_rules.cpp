#include "core/http/header_rules.h"

#include <algorithm>

#include "core/http/http_chars.h"

namespace tercet::http {
namespace {

constexpr std::string_view kOnlyOnce[] = {
    "Host", "Content-Length", "Transfer-Encoding", "Authorization", "X-Amz-Date", "Expect"};

}  // namespace

bool mean_one_thing(const HttpHeaders& headers, unsigned minor_version) {
  const std::string* length = find_header(headers, "Content-Length");
  const std::string* coding = find_header(headers, "Transfer-Encoding");
  return std::all_of(std::begin(kOnlyOnce),
                     std::end(kOnlyOnce),
                     [&](std::string_view name) { return count_headers(headers, name) <= 1; }) &&
         (length == nullptr || is_number(*length)) &&
         (coding == nullptr || (minor_version == 1 && same_ignoring_case(*coding, "chunked")));
}

bool name_the_host(const HttpHeaders& headers, unsigned minor_version) {
  const std::string* host = find_header(headers, "Host");
  return minor_version == 0 || (host != nullptr && !host->empty());
}

}  // namespace tercet::http
