#pragma once

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "tests/support/live_cluster.h"
#include "tests/support/xks_client.h"

/// What requests to a proxy say, and what its errors must look like.
namespace tercet::test {

using Json = nlohmann::json;

/// requestMetadata of Encrypt, Decrypt and GetKeyMetadata, complete.
Json metadata(const std::string& kms_operation);
/// The body of GetHealthStatus.
std::string health_body();
std::string metadata_body(const std::string& kms_operation = "CreateKey");

std::string base64(ByteView bytes);
Bytes bytes_of(const std::string& text);
/// `size` bytes that look random; the same for the same seed.
Bytes pattern(std::size_t size, std::uint8_t seed = 1);

/// What an Encrypt answered, and its AAD.
class Sealed {
 public:
  Sealed() = default;
  Bytes ciphertext, iv, tag, metadata, aad;
};

/// Of the answer to an Encrypt with this AAD.
Sealed sealed_in(const XksReply& reply, ByteView aad = {});

Json encrypt_json(ByteView plaintext, ByteView aad = {}, bool integrity_value = false);
Json decrypt_json(const Sealed& sealed);

/// An error exactly as section 13 wants it: status, name, and nothing in the body that is not
/// allowed there.
void expect_error(const XksReply& reply, unsigned status, const std::string& name);
void expect_validation(const XksReply& reply);
void expect_unauthenticated(const XksReply& reply);

}  // namespace tercet::test
