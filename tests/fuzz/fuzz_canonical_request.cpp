// Requests as SigV4 sees them: a line with the target, then headers, one on each line, then the
// date. Oracles: what signs verifies; a changed target does not; cases and outer spaces change
// nothing.
#include <cctype>

#include "core/sigv4/canonical_request.h"
#include "core/sigv4/sign.h"
#include "core/sigv4/verify.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace tercet;         // NOLINT(google-build-using-namespace): fuzz body
using namespace tercet::sigv4;  // NOLINT(google-build-using-namespace): fuzz body
using fuzz::require;

const std::string kDate = "20260801T101112Z";
constexpr std::string_view kSecretText = "0123456789abcdefghijABCDEFGHIJ0123456789abc";

std::vector<Header> read_headers(fuzz::Cutter& cutter) {
  std::vector<Header> headers;
  while (!cutter.empty() && headers.size() < 20) {
    const std::string_view line = cutter.line();
    const std::size_t colon = line.find(':');
    headers.emplace_back(line.substr(0, colon),
                         colon == std::string_view::npos ? "" : line.substr(colon + 1));
  }
  headers.emplace_back("Host", "proxy.example");
  headers.emplace_back("X-Amz-Date", kDate);
  return headers;
}

bool verifies(RequestView request, const std::string& authorization, std::vector<Header> headers) {
  headers.emplace_back("Authorization", authorization);
  request.headers = headers;
  VerifyOptions options;
  options.regions = {"eu-central-1"};
  options.now_seconds = parse_amz_date(kDate).value();
  const auto secret =
      std::make_shared<const SecretBytes>(SecretBytes::copy_of(as_bytes(kSecretText)));
  const SecretLookup lookup = [&](std::string_view) {
    return std::shared_ptr<const SecretBytes>(secret);
  };
  return verify(request, BodyHash{}, lookup, options).ok();
}

}  // namespace

FUZZ_TARGET(canonical_request, input) {
  fuzz::Cutter cutter(input.first(std::min<std::size_t>(input.size(), 4096)));
  const std::string target(cutter.line());
  const std::vector<Header> headers = read_headers(cutter);
  const std::vector<std::string> names = {"host", "x-amz-date"};
  const RequestView request{"POST", target, headers};
  const auto canonical = canonical_request(request, names, "host;x-amz-date", BodyHash{});
  std::vector<Header> restyled = headers;
  for (auto& [name, value] : restyled) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
      return c < 0x80 ? static_cast<char>(std::toupper(c)) : static_cast<char>(c);
    });
    value.insert(0, "\t ").append("  ");
  }
  const RequestView other_style{"POST", target, restyled};
  const auto same = canonical_request(other_style, names, "host;x-amz-date", BodyHash{});
  require(canonical.ok() == same.ok() && (!canonical || *canonical == *same), "style is nothing");
  const Signer signer{"BETWEENTHREENODES234", "eu-central-1", kXksService};
  const SecretBytes secret = SecretBytes::copy_of(as_bytes(kSecretText));
  const auto signed_text = sign(request, BodyHash{}, names, signer, secret);
  if (signed_text && verifies(request, *signed_text, headers)) {
    const std::string other = target + "x";
    require(!verifies({"POST", other, headers}, *signed_text, headers), "the target is signed");
    require(!verifies({"GET", target, headers}, *signed_text, headers), "so is the method");
  }
}
