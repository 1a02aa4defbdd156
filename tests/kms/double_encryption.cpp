#include "tests/kms/double_encryption.h"

#include <algorithm>
#include <utility>

#include "core/codec/base64.h"
#include "tests/kms/context.h"
#include "tests/kms/inner_layer.h"

namespace tercet::kms {
namespace {

Json request_metadata(const Front& front, const Call& call, const Key& key) {
  const Caller& caller = call.caller;
  Json out{{"awsPrincipalArn", caller.principal},
           {"kmsKeyArn", front.names.key_arn(key.id)},
           {"kmsOperation", call.operation},
           {"kmsRequestId", call.request_id}};
  const auto add = [&out](const char* member, const std::string& value) {
    if (!value.empty()) {
      out[member] = value;
    }
  };
  add("kmsViaService", caller.via_service);
  add("awsSourceVpc", caller.source_vpc);
  add("awsSourceVpce", caller.source_vpce);
  return out;
}

/// The store to ask, if its quota has room.
Checked<Store> store_of(Front& front, const Call& call, const Key& key) {
  const Store* store = front.state.store(key.store_id);
  if (store == nullptr || store->connection != ConnectionState::connected) {
    return Fault("KMSInvalidStateException",
                 front.names.key_arn(key.id) + " is unavailable. Connect its custom key store.");
  }
  if (!front.quota->take(store->id, real_clock().now())) {
    front.metrics.throttled(store->id, call.operation);
    return Fault("ThrottlingException", "The quota of the custom key store is exceeded.");
  }
  return *store;
}

}  // namespace

Checked<Bytes> make_aad(const Key& key, const TextMap& context, const char* member) {
  ByteWriter writer;
  writer.raw(blob_header(key.id, key.material_id)).raw(canonical_context(context));
  if (writer.bytes().size() > kAadMax) {
    return Fault("ValidationException",
                 std::string("1 validation error detected: Value at '") + member +
                     "' failed to satisfy constraint: Member must have a canonical form of at "
                     "most " +
                     std::to_string(kAadMax - kHeaderBytes) + " bytes");
  }
  return writer.take();
}

Task<Checked<Bytes>> seal(Front& front, const Call& call, Key key, Bytes aad, Bytes plaintext) {
  TERCET_CO_TRY(Store store, store_of(front, call, key));
  InnerRandom random;
  front.random.fill(random.nonce);
  front.random.fill(random.iv);
  const Result<Bytes> inner =
      seal_inner(key.material, random, key.inner_overhead_bytes, aad, plaintext);
  if (!inner) {
    co_return Fault("KMSInternalException", "The inner layer of encryption failed.");
  }
  OuterCiphertext outer;
  XksCall asked("Encrypt", "/keys/" + key.xks_key_id + "/encrypt", call.operation);
  asked.body = Json{{"requestMetadata", request_metadata(front, call, key)},
                    {"plaintext", base64_encode(*inner)},
                    {"additionalAuthenticatedData", base64_encode(aad)},
                    {"encryptionAlgorithm", "AES_GCM"},
                    {"ciphertextDataIntegrityValueAlgorithm", "SHA_256"}};
  const std::size_t sent_bytes = inner->size();
  asked.read = [&outer, &aad, sent_bytes](const Json& answer) {
    std::optional<OuterCiphertext> read = read_encrypt_answer(answer, aad, sent_bytes);
    if (read) {
      outer = std::move(*read);
    }
    return read.has_value();
  };
  const XksVerdict verdict = co_await front.xks.call(std::move(store), std::move(asked));
  if (verdict) {
    co_return crypto_fault(*verdict);
  }
  Blob blob;
  blob.key_id = key.id;
  blob.material_id = key.material_id;
  blob.metadata = std::move(outer.metadata);
  blob.iv = std::move(outer.iv);
  blob.tag = std::move(outer.tag);
  blob.ciphertext = std::move(outer.ciphertext);
  co_return print_blob(blob);
}

Task<Checked<Bytes>> open(Front& front, const Call& call, Key key, Bytes aad, Blob blob) {
  TERCET_CO_TRY(Store store, store_of(front, call, key));
  Bytes inner;
  XksCall asked("Decrypt", "/keys/" + key.xks_key_id + "/decrypt", call.operation);
  asked.body = Json{{"requestMetadata", request_metadata(front, call, key)},
                    {"ciphertext", base64_encode(blob.ciphertext)},
                    {"initializationVector", base64_encode(blob.iv)},
                    {"authenticationTag", base64_encode(blob.tag)},
                    {"additionalAuthenticatedData", base64_encode(aad)},
                    {"encryptionAlgorithm", "AES_GCM"}};
  if (!blob.metadata.empty()) {
    asked.body["ciphertextMetadata"] = base64_encode(blob.metadata);
  }
  const std::size_t size = blob.ciphertext.size();
  asked.read = [&inner, size](const Json& answer) {
    std::optional<Bytes> read = read_decrypt_answer(answer, size);
    if (read) {
      inner = std::move(*read);
    }
    return read.has_value();
  };
  const XksVerdict verdict = co_await front.xks.call(std::move(store), std::move(asked));
  if (verdict) {
    co_return crypto_fault(*verdict);
  }
  Result<Bytes> plaintext = open_inner(key.material, key.inner_overhead_bytes, aad, inner);
  if (!plaintext) {
    co_return crypto_fault(XksProblem::inner_layer);
  }
  co_return std::move(plaintext).value();
}

bool StoreQuota::take(const std::string& store_id, SteadyTime now) {
  if (per_second_ == 0) {
    return true;
  }
  const auto most = static_cast<double>(per_second_);
  const auto [entry, fresh] = buckets_.try_emplace(store_id);
  Bucket& bucket = entry->second;
  const std::chrono::duration<double> passed = now - bucket.filled;
  bucket.calls = fresh ? most : std::min(most, bucket.calls + passed.count() * most);
  bucket.filled = now;
  if (bucket.calls < 1) {
    return false;
  }
  bucket.calls -= 1;
  return true;
}

}  // namespace tercet::kms
