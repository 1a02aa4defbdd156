#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/http/http_message.h"
#include "core/secret/secret_bytes.h"
#include "core/sigv4/request_view.h"
#include "tests/kms/call.h"

namespace tercet::kms {

/// The headers as SigV4 takes them.
std::vector<sigv4::Header> headers_of(const HttpRequest& request);

/// Who may call, from the identities file: access key ids with a secret, and what they stand for.
/// A listed id's signature is verified. An unlisted one is taken at its word, since any made-up
/// credential must work with this tool, unless identities are required.
///
///     {"AKIDALICE": {"secret": "...", "principal": "arn:aws:iam::111122223333:user/alice",
///                    "viaService": "s3.us-east-1.amazonaws.com", "sourceVpc": "vpc-1",
///                    "sourceVpce": "vpce-1", "grantsOnly": false}}
///
/// Source:  kms-front-end reference, section 2.
class Identities {
 public:
  Identities() = default;
  /// Errors: config_error.
  static Result<Identities> load(const std::string& path);

  /// Errors: MissingAuthenticationTokenException, IncompleteSignatureException,
  /// UnrecognizedClientException, InvalidSignatureException.
  Checked<Caller> authenticate(const HttpRequest& request,
                               const Names& names,
                               bool required,
                               std::int64_t now_seconds) const;

 private:
  class Identity {
   public:
    Identity() = default;
    std::shared_ptr<const SecretBytes> secret;
    Caller caller;
  };

  std::map<std::string, Identity> known_;
};

}  // namespace tercet::kms
