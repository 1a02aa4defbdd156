#pragma once

#include <string_view>

#include "core/base/result.h"

namespace tercet::node {

/// Known answers of everything cryptographic that the node computes by itself, before it serves
/// anything (rule ST1): AES-256, GCM both ways and with a wrong tag, SHA-256, HMAC-SHA-256, HKDF,
/// SHAKE256, Ed25519, Base64, SigV4, and that the random source does not repeat.
/// Errors: crypto_failure, naming the test that failed and no data.
Status run_self_tests();

}  // namespace tercet::node
