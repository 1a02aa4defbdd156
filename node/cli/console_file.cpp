#include "node/cli/console_file.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/secret/access.h"
#include "core/sigv4/signing_key.h"

namespace tercet::cli {

Result<SecretBytes> console_file(const ClusterConfig::Store& store,
                                 const std::string& access_key_id,
                                 const SecretBytes& secret) {
  if (std::ranges::find(store.access_key_ids, access_key_id) == store.access_key_ids.end()) {
    return Error(Errc::invalid_argument,
                 "the key store \"" + store.name + "\" has no access key id " + access_key_id)
        .hint("the cluster file lists its access_key_ids");
  }
  if (!sigv4::is_well_formed(secret)) {
    return Error(Errc::config_error, "the secret is against the rules of the XKS API")
        .hint("KMS takes 43 to 64 characters of A-Z a-z 0-9 + / =: openssl rand -base64 32");
  }
  // None of the values has a character that JSON would escape: their alphabets are checked.
  const std::string before = R"({"XksProxyUriPath":")" + store.uri_path +
                             R"(","XksProxyAuthenticationCredential":{"AccessKeyId":")" +
                             access_key_id + R"(","RawSecretAccessKey":")";
  const std::string after = "\"}}\n";
  SecretBytes out(before.size() + secret.size() + after.size());
  auto end = out.expose_mutable(SecretAccess::grant()).begin();
  const ByteView raw_secret = secret.expose(SecretAccess::grant());
  for (const ByteView part : {as_bytes(before), raw_secret, as_bytes(after)}) {
    end = std::copy(part.begin(), part.end(), end);
  }
  return out;
}

}  // namespace tercet::cli
