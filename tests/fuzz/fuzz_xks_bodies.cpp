// Bodies of XKS requests; first byte: which. Oracles: what was read, printed anew, is read as the
// same; the general JSON library finds the same members.
#include <nlohmann/json.hpp>

#include "core/codec/base64.h"
#include "core/xks/parse.h"
#include "core/xks/print.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace tercet;       // NOLINT(google-build-using-namespace): fuzz body
using namespace tercet::xks;  // NOLINT(google-build-using-namespace): fuzz body
using fuzz::require;

void check_with_library(ByteView body, const RequestMetadata& metadata) {
  const auto json = nlohmann::json::parse(as_text(body), nullptr, false);
  require(json.is_object(), "the library reads what we accept");
  const auto& theirs = json.at("requestMetadata");
  require(theirs.at("kmsOperation") == metadata.kms_operation, "the same operation");
  require(theirs.at("kmsRequestId") == metadata.kms_request_id, "the same request id");
}

void check_encrypt(ByteView body) {
  const Result<EncryptRequest> read = parse_encrypt(body);
  if (!read) {
    return;
  }
  check_with_library(body, read->metadata);
  const Result<EncryptRequest> again = parse_encrypt(print_encrypt_request(*read));
  require(again && again->plaintext == read->plaintext && again->aad == read->aad &&
              again->wants_integrity_value == read->wants_integrity_value &&
              again->metadata.principal_arn == read->metadata.principal_arn &&
              again->metadata.source_vpce == read->metadata.source_vpce,
          "an Encrypt, printed anew");
}

void check_decrypt(ByteView body) {
  const Result<DecryptRequest> read = parse_decrypt(body);
  if (!read) {
    return;
  }
  check_with_library(body, read->metadata);
  require(read->ciphertext_metadata.size() <= kMetadataBytesMax, "bounded metadata");
  const Result<DecryptRequest> again = parse_decrypt(print_decrypt_request(*read));
  require(again && again->ciphertext == read->ciphertext && again->iv == read->iv &&
              again->tag == read->tag && again->aad == read->aad &&
              again->ciphertext_metadata == read->ciphertext_metadata &&
              again->metadata.via_service == read->metadata.via_service,
          "a Decrypt, printed anew");
}

void check_metadata(ByteView body) {
  if (const Result<MetadataRequest> read = parse_metadata(body)) {
    check_with_library(body, read->metadata);
    require(parse_health(body).ok(), "what names its caller is good enough for health");
  }
}

}  // namespace

FUZZ_TARGET(xks_bodies, input) {
  constexpr fuzz::Target::Body kChecks[] = {check_encrypt, check_decrypt, check_metadata};
  if (!input.empty() && input.size() <= 64UL * 1024) {
    kChecks[input[0] % std::size(kChecks)](input.subspan(1));
  }
}
