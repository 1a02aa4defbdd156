#pragma once

#include <string_view>

#include "core/base/bytes.h"
#include "core/xks/api_types.h"

/// Response bodies: compact JSON in one line, no space after colons (AWS's client looks for that).
namespace tercet::xks {

Bytes print_metadata(const MetadataResponse& response);
Bytes print_encrypt(const EncryptResponse& response);
/// Secret: the plaintext, and so the body; both wipe themselves.
Bytes print_decrypt(ByteView plaintext);
Bytes print_health(const HealthResponse& response);

/// `message` is cut to 511 characters; anything but printable ASCII becomes '?'. May be empty.
Bytes print_error(std::string_view name, std::string_view message);

/// Request bodies, for clients and tests. Members of requestMetadata are left out when
/// absent; with an empty AAD the member is left out.
Bytes print_encrypt_request(const EncryptRequest& request);
Bytes print_decrypt_request(const DecryptRequest& request);

}  // namespace tercet::xks
