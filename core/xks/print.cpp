#include "core/xks/print.h"

#include "core/codec/base64.h"
#include "core/xks/secret_json.h"

namespace tercet::xks {
namespace {

constexpr std::size_t kMessageCharactersMax = 511;

/// Appends members of one object, compact and in one line, into a buffer that wipes itself.
class Object {
 public:
  explicit Object(Bytes& out) : out_(out) { out_.push_back('{'); }

  void name(std::string_view member) {
    if (!first_) {
      out_.push_back(',');
    }
    first_ = false;
    append_json_string(out_, member);
    out_.push_back(':');
  }

  void text(std::string_view member, std::string_view value) {
    name(member);
    append_json_string(out_, value);
  }

  void text_if(std::string_view member, const std::optional<std::string>& value) {
    if (value) {
      text(member, *value);
    }
  }

  void raw(std::string_view member, std::string_view value) {
    name(member);
    append(value);
  }

  void base64(std::string_view member, ByteView value) {
    name(member);
    out_.push_back('"');
    const WipingString encoded = base64_encode_wiping(value);
    out_.insert(out_.end(), encoded.begin(), encoded.end());
    out_.push_back('"');
  }

  void base64_if(std::string_view member, ByteView value) {
    if (!value.empty()) {
      base64(member, value);
    }
  }

  void append(std::string_view text_value) {
    out_.insert(out_.end(), text_value.begin(), text_value.end());
  }

  void end() { out_.push_back('}'); }

 private:
  Bytes& out_;
  bool first_ = true;
};

std::string_view status_name(HealthStatus status) {
  switch (status) {
    case HealthStatus::active:
      return "ACTIVE";
    case HealthStatus::degraded:
      return "DEGRADED";
    case HealthStatus::unavailable:
      break;
  }
  return "UNAVAILABLE";
}

std::string_view usage_array(const MetadataResponse& response) {
  if (response.may_encrypt) {
    return response.may_decrypt ? R"(["ENCRYPT","DECRYPT"])" : R"(["ENCRYPT"])";
  }
  return response.may_decrypt ? R"(["DECRYPT"])" : "[]";
}

void append_metadata(Bytes& out, Object& outer, const RequestMetadata& metadata) {
  outer.name("requestMetadata");
  Object object(out);
  if (!metadata.principal_arn.empty()) {
    object.text("awsPrincipalArn", metadata.principal_arn);
  }
  object.text_if("awsSourceVpc", metadata.source_vpc);
  object.text_if("awsSourceVpce", metadata.source_vpce);
  object.text_if("kmsKeyArn", metadata.kms_key_arn);
  object.text("kmsOperation", metadata.kms_operation);
  object.text("kmsRequestId", metadata.kms_request_id);
  object.text_if("kmsViaService", metadata.via_service);
  object.end();
}

Bytes reserved(std::size_t payload) {
  // Base64 and names; enough that a buffer with plaintext is not moved about.
  constexpr std::size_t kOverhead = 512;
  Bytes out;
  out.reserve(kOverhead + base64_size(payload));
  return out;
}

}  // namespace

Bytes print_metadata(const MetadataResponse& response) {
  Bytes out;
  Object object(out);
  object.text("keySpec", "AES_256");
  object.raw("keyUsage", usage_array(response));
  object.text("keyStatus", response.enabled ? "ENABLED" : "DISABLED");
  object.end();
  return out;
}

Bytes print_encrypt(const EncryptResponse& response) {
  Bytes out = reserved(response.ciphertext.size());
  Object object(out);
  object.base64("ciphertext", response.ciphertext);
  object.base64("initializationVector", response.iv);
  object.base64("authenticationTag", response.tag);
  object.base64_if("ciphertextMetadata", response.ciphertext_metadata);
  if (response.integrity_value) {
    object.base64("ciphertextDataIntegrityValue", *response.integrity_value);
  }
  object.end();
  return out;
}

Bytes print_decrypt(ByteView plaintext) {
  Bytes out = reserved(plaintext.size());
  Object object(out);
  object.base64("plaintext", plaintext);
  object.end();
  return out;
}

Bytes print_health(const HealthResponse& response) {
  Bytes out;
  Object object(out);
  object.raw("xksProxyFleetSize", std::to_string(response.proxy_fleet_size));
  object.text("xksProxyVendor", response.proxy_vendor);
  object.text("xksProxyModel", response.proxy_model);
  object.text("ekmVendor", response.ekm_vendor);
  object.name("ekmFleetDetails");
  out.push_back('[');
  bool first = true;
  for (const FleetMember& member : response.fleet) {
    if (!first) {
      out.push_back(',');
    }
    first = false;
    Object entry(out);
    entry.text("id", member.id);
    entry.text("model", member.model);
    entry.text("healthStatus", status_name(member.status));
    entry.end();
  }
  out.push_back(']');
  object.end();
  return out;
}

Bytes print_error(std::string_view name, std::string_view message) {
  std::string printable(message.substr(0, kMessageCharactersMax));
  for (char& c : printable) {
    c = c >= 0x20 && c <= 0x7e ? c : '?';
  }
  Bytes out;
  Object object(out);
  object.text("errorName", name);
  if (!printable.empty()) {
    object.text("errorMessage", printable);
  }
  object.end();
  return out;
}

Bytes print_encrypt_request(const EncryptRequest& request) {
  Bytes out = reserved(request.plaintext.size() + request.aad.size());
  Object object(out);
  append_metadata(out, object, request.metadata);
  object.base64_if("additionalAuthenticatedData", request.aad);
  object.base64("plaintext", request.plaintext);
  object.text("encryptionAlgorithm", "AES_GCM");
  if (request.wants_integrity_value) {
    object.text("ciphertextDataIntegrityValueAlgorithm", "SHA_256");
  }
  object.end();
  return out;
}

Bytes print_decrypt_request(const DecryptRequest& request) {
  Bytes out = reserved(request.ciphertext.size() + request.aad.size());
  Object object(out);
  append_metadata(out, object, request.metadata);
  object.base64_if("additionalAuthenticatedData", request.aad);
  object.base64("ciphertext", request.ciphertext);
  object.base64("initializationVector", request.iv);
  object.base64("authenticationTag", request.tag);
  object.base64_if("ciphertextMetadata", request.ciphertext_metadata);
  object.text("encryptionAlgorithm", "AES_GCM");
  object.end();
  return out;
}

}  // namespace tercet::xks
