#include "tests/kms/identity.h"

#include <fstream>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "core/crypto/hash.h"
#include "core/sigv4/verify.h"

namespace tercet::kms {
namespace {

constexpr std::string_view kService = "kms";

Error bad_file(const std::string& path, const std::string& what) {
  return Error(Errc::config_error, "read the identities in " + path + ": " + what);
}

Fault invalid_signature(std::string text) {
  return Fault("InvalidSignatureException", std::move(text));
}

Verdict verify(const HttpRequest& request,
               const std::string& region,
               const std::shared_ptr<const SecretBytes>& secret,
               std::int64_t now_seconds) {
  const std::vector<sigv4::Header> headers = headers_of(request);
  const sigv4::RequestView view{request.method, request.target, headers};
  sigv4::VerifyOptions options;
  options.service = kService;
  options.regions = {region};
  options.now_seconds = now_seconds;
  const auto verified = sigv4::verify(
      view, sha256(request.body), [&secret](std::string_view /*id*/) { return secret; }, options);
  if (!verified) {
    return invalid_signature("The signature does not hold: " + verified.error().what());
  }
  return fine();
}

}  // namespace

std::vector<sigv4::Header> headers_of(const HttpRequest& request) {
  std::vector<sigv4::Header> out;
  for (const HttpHeader& header : request.headers) {
    out.emplace_back(header.name, header.value);
  }
  return out;
}

Result<Identities> Identities::load(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return bad_file(path, "it cannot be read");
  }
  const std::string text((std::istreambuf_iterator<char>(stream)),
                         std::istreambuf_iterator<char>());
  const Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) {
    return bad_file(path, "it is not one JSON object");
  }
  static const std::set<std::string> texts = {
      "secret", "principal", "viaService", "sourceVpc", "sourceVpce"};
  Identities out;
  for (const auto& [id, members] : document.items()) {
    const bool has_secret = members.is_object() && members.contains("secret");
    if (id.empty() || !has_secret) {
      return bad_file(path, "'" + id + "' is no object with a secret");
    }
    for (const auto& [name, value] : members.items()) {
      const bool ok =
          name == "grantsOnly" ? value.is_boolean() : texts.contains(name) && value.is_string();
      if (!ok) {
        return bad_file(path, "'" + id + "': the member '" + name + "' is unknown or no text");
      }
    }
    Identity identity;
    identity.secret = std::make_shared<const SecretBytes>(
        SecretBytes::copy_of(as_bytes(members.at("secret").get_ref<const std::string&>())));
    identity.caller.principal = members.value("principal", "");
    identity.caller.via_service = members.value("viaService", "");
    identity.caller.source_vpc = members.value("sourceVpc", "");
    identity.caller.source_vpce = members.value("sourceVpce", "");
    identity.caller.grants_only = members.value("grantsOnly", false);
    out.known_[id] = std::move(identity);
  }
  return out;
}

Checked<Caller> Identities::authenticate(const HttpRequest& request,
                                         const Names& names,
                                         bool required,
                                         std::int64_t now_seconds) const {
  const std::string* header = request.find("Authorization");
  if (header == nullptr) {
    return Fault("MissingAuthenticationTokenException", "The request is not signed.");
  }
  const Result<sigv4::Authorization> parsed = sigv4::parse_authorization(*header);
  if (!parsed) {
    return Fault("IncompleteSignatureException",
                 "The Authorization header cannot be used: " + parsed.error().what());
  }
  if (request.find("X-Amz-Date") == nullptr) {
    return Fault("IncompleteSignatureException", "The header X-Amz-Date is missing.");
  }
  if (parsed->region != names.region()) {
    return invalid_signature("Credential should be scoped to the Region '" + names.region() +
                             "', not '" + parsed->region + "'.");
  }
  if (parsed->service != kService) {
    return invalid_signature("Credential should be scoped to the service 'kms'.");
  }
  const auto found = known_.find(parsed->access_key_id);
  if (found == known_.end() && required) {
    return Fault("UnrecognizedClientException", "The access key id is not known here.");
  }
  Caller caller;
  if (found != known_.end()) {
    TERCET_TRY_STATUS(verify(request, names.region(), found->second.secret, now_seconds));
    caller = found->second.caller;
  }
  caller.access_key_id = parsed->access_key_id;
  if (caller.principal.empty()) {
    caller.principal = names.user_arn(caller.access_key_id);
  }
  return caller;
}

}  // namespace tercet::kms
