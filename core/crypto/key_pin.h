#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/result.h"

// OpenSSL's own name for a certificate; its headers stay in core/crypto and core/net.
struct x509_st;

namespace tercet {

/// SHA-256 of a public key (SubjectPublicKeyInfo, DER): which TLS key a process may show. A
/// certificate that is made anew for the same key has the same pin.
using KeyPin = ByteId<struct KeyPinTag, 32>;

/// Base64, as the cluster file carries it. Errors: invalid_argument.
Result<KeyPin> parse_key_pin(std::string_view base64);
std::string print_key_pin(const KeyPin& pin);

/// Nothing where OpenSSL cannot encode the key.
std::optional<KeyPin> key_pin_of(const x509_st* certificate);
/// The pin of the first certificate in PEM text. Errors: invalid_argument.
Result<KeyPin> key_pin_of_certificate(std::string_view pem);

}  // namespace tercet
