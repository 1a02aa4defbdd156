#include "tests/kms/crypto.h"

#include <utility>

#include "core/codec/base64.h"
#include "tests/kms/double_encryption.h"
#include "tests/kms/grants.h"
#include "tests/kms/keys.h"
#include "tests/kms/rules.h"
#include "tests/kms/stores.h"

namespace tercet::kms {
namespace {

constexpr const char* kAlgorithm = "SYMMETRIC_DEFAULT";

std::optional<std::string> read_algorithm(Input& input, const char* member) {
  return input.choice(member,
                      {"SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"});
}

Verdict check_algorithm(const std::optional<std::string>& algorithm) {
  if (algorithm && *algorithm != kAlgorithm) {
    return Fault("InvalidKeyUsageException",
                 "Keys of external key stores have the algorithm SYMMETRIC_DEFAULT only.");
  }
  return fine();
}

bool is_modifier(std::string_view text) {
  return text == "IGNORE_CIPHERTEXT";
}

constexpr TextRule kModifier(1, 32, "^IGNORE_CIPHERTEXT$", is_modifier);

/// CiphertextBlob; nothing in a dry run whose DryRunModifiers have IGNORE_CIPHERTEXT.
std::optional<Bytes> read_blob(Input& input, bool dry_run) {
  const bool ignored = !input.texts("DryRunModifiers", 1, kModifier).empty();
  if (dry_run && ignored) {
    return std::nullopt;
  }
  return input.required_blob("CiphertextBlob", 1, rules::kBlobBytesMax);
}

/// Of the operations that give a plaintext, for Nitro enclaves.
Verdict check_no_recipient(bool has_recipient) {
  if (has_recipient) {
    return Fault("UnsupportedOperationException", "Recipient is not supported by this KMS.");
  }
  return fine();
}

/// A blob with the key that it names, all checks of Decrypt done short of the key's state.
class Opening {
 public:
  Opening(Blob parsed, Key of_key, Bytes data)
      : blob(std::move(parsed)), key(std::move(of_key)), aad(std::move(data)) {}

  Blob blob;
  Key key;
  Bytes aad;
};

/// The opening of a dry run that has no blob: its key is named.
Checked<Opening> find_opening_without_blob(Front& front,
                                           Call& call,
                                           const std::optional<std::string>& wanted_key,
                                           const TextMap& context,
                                           const char* context_member) {
  if (!wanted_key) {
    return Fault("ValidationException", "Without a ciphertext the KMS key must be named.");
  }
  TERCET_TRY(const Key* key, find_named_key(front, call, *wanted_key));
  TERCET_TRY(Bytes aad, make_aad(*key, context, context_member));
  return Opening(Blob(), *key, std::move(aad));
}

Checked<Opening> find_opening(Front& front,
                              Call& call,
                              const std::optional<Bytes>& bytes,
                              const std::optional<std::string>& wanted_key,
                              const TextMap& context,
                              const char* context_member) {
  if (!bytes) {
    return find_opening_without_blob(front, call, wanted_key, context, context_member);
  }
  Result<Blob> blob = parse_blob(*bytes);
  if (!blob) {
    return Fault("InvalidCiphertextException", "The ciphertext blob is not one of this KMS.");
  }
  const Key* key = front.state.key(blob->key_id);
  if (key == nullptr) {
    return Fault("AccessDeniedException",
                 "The ciphertext refers to a KMS key that does not exist, does not exist in this "
                 "Region, or that you are not allowed to access.");
  }
  note_key(front, call, *key);
  if (wanted_key) {
    TERCET_TRY(const Key* wanted, front.names.find_key(front.state, *wanted_key));
    if (wanted->id != key->id) {
      return Fault("IncorrectKeyException",
                   "The KMS key in the request is not the one that encrypted the ciphertext.");
    }
  }
  if (blob->material_id != key->material_id) {
    return Fault("InvalidCiphertextException", "The ciphertext blob names other key material.");
  }
  TERCET_TRY(Bytes aad, make_aad(*key, context, context_member));
  return Opening(std::move(blob).value(), *key, std::move(aad));
}

/// A key that will encrypt, with its AAD; all checks done but the key's state.
class Sealing {
 public:
  Sealing(Key of_key, Bytes data) : key(std::move(of_key)), aad(std::move(data)) {}

  Key key;
  Bytes aad;
};

Checked<Sealing> find_sealing(Front& front,
                              Call& call,
                              const std::string& key_id,
                              const TextMap& context,
                              const char* context_member) {
  TERCET_TRY(const Key* key, find_named_key(front, call, key_id));
  TERCET_TRY(Bytes aad, make_aad(*key, context, context_member));
  return Sealing(*key, std::move(aad));
}

/// Grant, then state: the last checks before the proxy is asked.
Verdict check_allowed(const Front& front,
                      const Call& call,
                      const Key& key,
                      const std::string& granted_operation,
                      const TextMap& context) {
  TERCET_TRY_STATUS(check_granted(front, call, key, granted_operation, context));
  return check_usable(front, key);
}

/// Adds the blob to what is answered besides.
Task<Answer> answer_with_blob(
    Front& front, const Call& call, Sealing sealing, Bytes plaintext, Json out) {
  Task<Checked<Bytes>> sealed =
      seal(front, call, std::move(sealing.key), std::move(sealing.aad), std::move(plaintext));
  TERCET_CO_TRY(const Bytes blob, co_await std::move(sealed));
  out["CiphertextBlob"] = base64_encode(blob);
  co_return out;
}

Checked<std::size_t> data_key_size(const std::optional<std::string>& spec,
                                   const std::optional<std::int64_t>& count) {
  if (spec.has_value() == count.has_value()) {
    return Fault("ValidationException", "Give exactly one of KeySpec and NumberOfBytes.");
  }
  return spec ? (*spec == "AES_256" ? std::size_t{32} : std::size_t{16})
              : static_cast<std::size_t>(*count);
}

Task<Answer> make_data_key(Front& front, Call& call, bool with_plaintext) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  const auto spec = input.choice("KeySpec", {"AES_256", "AES_128"});
  const auto count = input.integer("NumberOfBytes", 1, rules::kRandomBytesMax);
  const TextMap context = input.map("EncryptionContext");
  const bool recipient = with_plaintext && input.nested("Recipient").has_value();
  read_grant_tokens(input);
  const bool dry_run = input.flag("DryRun");
  TERCET_CO_TRY_STATUS(input.done());
  TERCET_CO_TRY(const std::size_t size, data_key_size(spec, count));
  TERCET_CO_TRY_STATUS(check_no_recipient(recipient));
  TERCET_CO_TRY(Sealing sealing, find_sealing(front, call, key_id, context, "encryptionContext"));
  TERCET_CO_TRY_STATUS(check_allowed(front, call, sealing.key, call.operation, context));
  if (dry_run) {
    co_return dry_run_done();
  }
  Bytes data_key(size);
  front.random.fill(data_key);
  Json out{{"KeyId", front.names.key_arn(sealing.key.id)}};
  if (with_plaintext) {
    out["Plaintext"] = base64_encode(data_key);
  }
  co_return co_await answer_with_blob(
      front, call, std::move(sealing), std::move(data_key), std::move(out));
}

}  // namespace

Task<Answer> encrypt(Front& front, Call& call) {
  Input input(call.input);
  const std::string key_id = input.required_text("KeyId", rules::kKeyId);
  Bytes plaintext = input.required_blob("Plaintext", 1, rules::kPlaintextBytesMax);
  const TextMap context = input.map("EncryptionContext");
  const auto algorithm = read_algorithm(input, "EncryptionAlgorithm");
  read_grant_tokens(input);
  const bool dry_run = input.flag("DryRun");
  TERCET_CO_TRY_STATUS(input.done());
  TERCET_CO_TRY(Sealing sealing, find_sealing(front, call, key_id, context, "encryptionContext"));
  TERCET_CO_TRY_STATUS(check_algorithm(algorithm));
  TERCET_CO_TRY_STATUS(check_allowed(front, call, sealing.key, call.operation, context));
  if (dry_run) {
    co_return dry_run_done();
  }
  Json out{{"KeyId", front.names.key_arn(sealing.key.id)}, {"EncryptionAlgorithm", kAlgorithm}};
  co_return co_await answer_with_blob(
      front, call, std::move(sealing), std::move(plaintext), std::move(out));
}

Task<Answer> decrypt(Front& front, Call& call) {
  Input input(call.input);
  const auto key_id = input.text("KeyId", rules::kKeyId);
  const TextMap context = input.map("EncryptionContext");
  const auto algorithm = read_algorithm(input, "EncryptionAlgorithm");
  const bool recipient = input.nested("Recipient").has_value();
  read_grant_tokens(input);
  const bool dry_run = input.flag("DryRun");
  const std::optional<Bytes> bytes = read_blob(input, dry_run);
  TERCET_CO_TRY_STATUS(input.done());
  TERCET_CO_TRY_STATUS(check_no_recipient(recipient));
  TERCET_CO_TRY_STATUS(check_algorithm(algorithm));
  TERCET_CO_TRY(Opening opening,
                find_opening(front, call, bytes, key_id, context, "encryptionContext"));
  TERCET_CO_TRY_STATUS(check_allowed(front, call, opening.key, call.operation, context));
  if (dry_run) {
    co_return dry_run_done();
  }
  Json out{{"KeyId", front.names.key_arn(opening.key.id)}, {"EncryptionAlgorithm", kAlgorithm}};
  Task<Checked<Bytes>> opened =
      open(front, call, std::move(opening.key), std::move(opening.aad), std::move(opening.blob));
  TERCET_CO_TRY(const Bytes plaintext, co_await std::move(opened));
  out["Plaintext"] = base64_encode(plaintext);
  co_return out;
}

Task<Answer> re_encrypt(Front& front, Call& call) {
  Input input(call.input);
  const auto source_key = input.text("SourceKeyId", rules::kKeyId);
  const std::string target_key = input.required_text("DestinationKeyId", rules::kKeyId);
  const TextMap source_context = input.map("SourceEncryptionContext");
  const TextMap target_context = input.map("DestinationEncryptionContext");
  const auto source_algorithm = read_algorithm(input, "SourceEncryptionAlgorithm");
  const auto target_algorithm = read_algorithm(input, "DestinationEncryptionAlgorithm");
  read_grant_tokens(input);
  const bool dry_run = input.flag("DryRun");
  const std::optional<Bytes> bytes = read_blob(input, dry_run);
  TERCET_CO_TRY_STATUS(input.done());
  TERCET_CO_TRY_STATUS(check_algorithm(source_algorithm));
  TERCET_CO_TRY_STATUS(check_algorithm(target_algorithm));
  TERCET_CO_TRY(
      Opening opening,
      find_opening(front, call, bytes, source_key, source_context, "sourceEncryptionContext"));
  TERCET_CO_TRY(
      Sealing sealing,
      find_sealing(front, call, target_key, target_context, "destinationEncryptionContext"));
  TERCET_CO_TRY_STATUS(check_allowed(front, call, sealing.key, "ReEncryptTo", target_context));
  TERCET_CO_TRY_STATUS(check_allowed(front, call, opening.key, "ReEncryptFrom", source_context));
  if (dry_run) {
    co_return dry_run_done();
  }
  Json out{{"KeyId", front.names.key_arn(sealing.key.id)},
           {"SourceKeyId", front.names.key_arn(opening.key.id)},
           {"SourceEncryptionAlgorithm", kAlgorithm},
           {"DestinationEncryptionAlgorithm", kAlgorithm}};
  Task<Checked<Bytes>> opened =
      open(front, call, std::move(opening.key), std::move(opening.aad), std::move(opening.blob));
  TERCET_CO_TRY(Bytes plaintext, co_await std::move(opened));
  co_return co_await answer_with_blob(
      front, call, std::move(sealing), std::move(plaintext), std::move(out));
}

Task<Answer> generate_data_key(Front& front, Call& call) {
  return make_data_key(front, call, true);
}

Task<Answer> generate_data_key_without_plaintext(Front& front, Call& call) {
  return make_data_key(front, call, false);
}

Answer generate_random(Front& front, Call& call) {
  Input input(call.input);
  const auto count = input.integer("NumberOfBytes", 1, rules::kRandomBytesMax);
  const auto store_id = input.text("CustomKeyStoreId", rules::kStoreId);
  const bool recipient = input.nested("Recipient").has_value();
  TERCET_TRY_STATUS(input.done());
  if (!count) {
    return Fault("ValidationException", "NumberOfBytes is needed.");
  }
  if (store_id) {
    TERCET_TRY(const Store* store, find_store(front, call, *store_id));
    static_cast<void>(store);
    return Fault("UnsupportedOperationException",
                 "External key stores do not generate random bytes.");
  }
  TERCET_TRY_STATUS(check_no_recipient(recipient));
  Bytes bytes(static_cast<std::size_t>(*count));
  front.random.fill(bytes);
  Json out;
  out["Plaintext"] = base64_encode(bytes);
  return out;
}

}  // namespace tercet::kms
