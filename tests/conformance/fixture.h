#pragma once

#include <optional>
#include <string>

#include "tests/conformance/requests.h"
#include "tests/support/live_cluster.h"

/// The cluster of the conformance tests and what they all say. Rows are those of the XKS reference,
/// section 24.2.
///   stores: dev; plain (empty prefix, two credentials); long (prefix of 117 characters)
///   proxies: 1 EC certificate, request log; 2 RSA certificate under an intermediate; 3 mutual TLS
///   keys of dev: normal, other, encrypt_only_key, decrypt_only_key, impotent_key, disabled_key,
///   imported, imported_raw, one of 1 and one of 128 characters; of plain: normal, plain_key;
///   of long: one of 128 characters
namespace tercet::test {

/// A client of the first proxy, which keeps its connection from case to case.
XksClient& client();

LiveStore plain_store();
LiveStore long_store();
/// "a.B-3_xxx...", 128 characters with each kind that is allowed.
std::string longest_key_id();
/// Likewise, in the store "long".
std::string long_store_key();
/// Of the keys imported and imported_raw.
Bytes imported_key();

/// The first proxy, by another store's path and credential.
LiveEndpoint endpoint_of(const LiveStore& store, std::size_t credential = 0);

/// Names of the client certificate that the third proxy admits, and the authority's folder entry.
inline constexpr const char* kClientName = "cks.kms.us-east-1.amazonaws.com";
inline constexpr const char* kOtherClientName = "cks.kms.eu-west-1.amazonaws.com";

XksReply encrypt(const std::string& key, const Json& body);
XksReply decrypt(const std::string& key, const Json& body);
/// Checks the form of the answer (rows 76 and 88).
Sealed seal(const std::string& key, ByteView plaintext, ByteView aad = {});
/// The plaintext, or nothing and a failed expectation.
std::optional<Bytes> open(const std::string& key, const Sealed& sealed);

}  // namespace tercet::test
