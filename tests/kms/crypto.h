#pragma once

#include "tests/kms/call.h"

/// Cryptographic operations: double encryption, first under the KMS key's own material, then by
/// the proxy. Source: kms-front-end reference, sections 11 and 12.
namespace tercet::kms {

Task<Answer> encrypt(Front& front, Call& call);
Task<Answer> decrypt(Front& front, Call& call);
Task<Answer> re_encrypt(Front& front, Call& call);
Task<Answer> generate_data_key(Front& front, Call& call);
Task<Answer> generate_data_key_without_plaintext(Front& front, Call& call);
Answer generate_random(Front& front, Call& call);

}  // namespace tercet::kms
