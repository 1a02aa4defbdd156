#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "tests/support/xks_client.h"

namespace tercet::test {

/// What an Encrypt gave back.
class Sealed {
 public:
  Sealed() = default;
  explicit Sealed(const XksReply& reply);

  Bytes ciphertext;
  Bytes iv;
  Bytes tag;
  Bytes metadata;
};

/// Bodies of the two operations, with everything that KMS tells in the request metadata.
std::string encrypt_body(std::string_view plaintext,
                         std::string_view aad,
                         const std::string& kms_request_id = "e2e");
std::string decrypt_body(const Sealed& sealed,
                         std::string_view aad,
                         const std::string& kms_request_id = "e2e");

/// A signed request, one attempt.
XksReply post_once(XksClient& client, const std::string& rest, const std::string& body);

/// Whether a key encrypts and decrypts now, and still decrypts this to `plaintext`.
bool serves(XksClient& client,
            const std::string& key,
            const Sealed& from_before,
            std::string_view plaintext);

}  // namespace tercet::test
