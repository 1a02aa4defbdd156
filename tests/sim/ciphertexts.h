#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "proxy/coordinator/key_service.h"
#include "tests/sim/in_process_cluster.h"

/// Ciphertexts for the in-process cluster, and what KMS sends to have them opened.
namespace tercet::test {

/// What OpenSSL makes under a key of the cluster, with an IV of this byte only: no node remembers
/// its keystream.
proxy::Encrypted made_by_openssl(std::uint8_t iv_byte,
                                 ByteView plaintext,
                                 const Bytes& key = InProcessCluster::store_key_bytes());

/// The body of an XKS Decrypt.
Bytes decrypt_body(const proxy::Encrypted& encrypted);

}  // namespace tercet::test
