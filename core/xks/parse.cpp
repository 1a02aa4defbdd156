#include "core/xks/parse.h"

#include "core/codec/base64.h"
#include "core/xks/secret_json.h"

namespace tercet::xks {
namespace {

constexpr std::string_view kAlgorithm = "AES_GCM";
constexpr std::string_view kIntegrityAlgorithm = "SHA_256";

Error malformed() {
  return Error(Errc::invalid_argument, "request body: a member is missing or malformed");
}

Result<std::string_view> required_text(const SecretJson& object, std::string_view name) {
  const SecretJson* member = object.find(name);
  if (member == nullptr || !member->string()) {
    return malformed();
  }
  return *member->string();
}

Result<std::optional<std::string>> optional_text(const SecretJson& object, std::string_view name) {
  const SecretJson* member = object.find(name);
  if (member == nullptr) {
    return std::optional<std::string>();
  }
  if (!member->string()) {
    return malformed();
  }
  return std::optional<std::string>(*member->string());
}

Result<Bytes> required_base64(const SecretJson& object, std::string_view name) {
  TERCET_TRY(const std::string_view text, required_text(object, name));
  return base64_decode(text);
}

Result<Bytes> optional_base64(const SecretJson& object, std::string_view name) {
  return object.find(name) == nullptr ? Result<Bytes>(Bytes()) : required_base64(object, name);
}

/// The document and its requestMetadata.
class Body {
 public:
  static Result<Body> parse(ByteView text) {
    Body body;
    TERCET_TRY(body.document, SecretJson::parse(text));
    if (!body.document.is_object()) {
      return malformed();
    }
    const SecretJson* metadata = body.document.find("requestMetadata");
    if (metadata == nullptr || !metadata->is_object()) {
      return malformed();
    }
    TERCET_TRY(const std::string_view operation, required_text(*metadata, "kmsOperation"));
    TERCET_TRY(const std::string_view request_id, required_text(*metadata, "kmsRequestId"));
    body.metadata.kms_operation = operation;
    body.metadata.kms_request_id = request_id;
    return body;
  }

  /// What requests that name a key have besides; `key_arn_required` for Encrypt and Decrypt.
  Status read_caller(bool key_arn_required) {
    const SecretJson& object = *document.find("requestMetadata");
    TERCET_TRY(const std::string_view principal, required_text(object, "awsPrincipalArn"));
    metadata.principal_arn = principal;
    TERCET_TRY(metadata.kms_key_arn, optional_text(object, "kmsKeyArn"));
    TERCET_TRY(metadata.via_service, optional_text(object, "kmsViaService"));
    TERCET_TRY(metadata.source_vpc, optional_text(object, "awsSourceVpc"));
    TERCET_TRY(metadata.source_vpce, optional_text(object, "awsSourceVpce"));
    if (key_arn_required && !metadata.kms_key_arn) {
      return malformed();
    }
    return ok_status();
  }

  /// encryptionAlgorithm is required, with its one value.
  Status check_algorithm() const {
    TERCET_TRY(const std::string_view algorithm, required_text(document, "encryptionAlgorithm"));
    if (algorithm != kAlgorithm) {
      return malformed();
    }
    return ok_status();
  }

  SecretJson document;
  RequestMetadata metadata;

 private:
  Body() = default;
};

}  // namespace

Result<MetadataRequest> parse_metadata(ByteView body) {
  TERCET_TRY(Body parsed, Body::parse(body));
  TERCET_TRY_STATUS(parsed.read_caller(false));
  MetadataRequest request;
  request.metadata = std::move(parsed.metadata);
  return request;
}

Result<HealthRequest> parse_health(ByteView body) {
  TERCET_TRY(Body parsed, Body::parse(body));
  HealthRequest request;
  request.metadata = std::move(parsed.metadata);
  return request;
}

Result<EncryptRequest> parse_encrypt(ByteView body) {
  TERCET_TRY(Body parsed, Body::parse(body));
  TERCET_TRY_STATUS(parsed.read_caller(true));
  TERCET_TRY_STATUS(parsed.check_algorithm());
  EncryptRequest request;
  TERCET_TRY(request.plaintext, required_base64(parsed.document, "plaintext"));
  TERCET_TRY(request.aad, optional_base64(parsed.document, "additionalAuthenticatedData"));
  TERCET_TRY(const std::optional<std::string> integrity,
             optional_text(parsed.document, "ciphertextDataIntegrityValueAlgorithm"));
  if (integrity && *integrity != kIntegrityAlgorithm) {
    return malformed();
  }
  request.wants_integrity_value = integrity.has_value();
  request.metadata = std::move(parsed.metadata);
  return request;
}

Result<DecryptRequest> parse_decrypt(ByteView body) {
  TERCET_TRY(Body parsed, Body::parse(body));
  TERCET_TRY_STATUS(parsed.read_caller(true));
  TERCET_TRY_STATUS(parsed.check_algorithm());
  DecryptRequest request;
  TERCET_TRY(request.ciphertext, required_base64(parsed.document, "ciphertext"));
  TERCET_TRY(request.iv, required_base64(parsed.document, "initializationVector"));
  TERCET_TRY(request.tag, required_base64(parsed.document, "authenticationTag"));
  TERCET_TRY(request.ciphertext_metadata, optional_base64(parsed.document, "ciphertextMetadata"));
  TERCET_TRY(request.aad, optional_base64(parsed.document, "additionalAuthenticatedData"));
  if (request.ciphertext_metadata.size() > kMetadataBytesMax) {
    return malformed();
  }
  request.metadata = std::move(parsed.metadata);
  return request;
}

}  // namespace tercet::xks
