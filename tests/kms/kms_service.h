#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/http/http_message.h"
#include "tests/kms/xks_caller.h"

namespace tercet::kms {

/// An answer of the KMS API: success, or an error with its name.
class Answer {
 public:
  explicit Answer(Json answer) : body(std::move(answer)) {}

  static Answer fault(std::string_view name, std::string_view message);

  bool ok() const { return status == 200; }

  unsigned status = 200;
  Json body;
};

/// The part of AWS KMS that external key stores need: custom key stores, keys, aliases, encrypt,
/// decrypt, re-encrypt, data keys, random bytes. Encrypts twice, as KMS does: under a key of its
/// own, then by the proxy. State is one JSON file of mode 0600 that survives a restart. A tool for
/// development: callers' signatures are not verified and plaintexts are not wiped.
///
/// Source:  kms-front-end reference, sections 19 and 21.   Threads: one executor.
class KmsService {
 public:
  KmsService(asio::any_io_executor executor,
             std::string region,
             std::string state_folder,
             std::string xks_ca);

  /// Reads the state, or starts with none. Errors: storage_error.
  Status load();
  Task<HttpResponse> handle(HttpRequest request);

 private:
  class Caller {
   public:
    Caller() = default;
    std::string request_id;
    std::string principal;
  };

  Task<Answer> dispatch(std::string operation, Json input, Caller caller);
  std::optional<Answer> dispatch_local(const std::string& operation, const Json& input);
  Answer describe_stores(const Json& input) const;
  Answer set_store_state(const Json& input, std::string_view state);
  Answer delete_store(const Json& input);
  Answer describe_key(const Json& input) const;
  Answer list_keys() const;
  Answer set_key_enabled(const Json& input, bool enabled);
  Answer create_alias(const Json& input);
  Answer delete_alias(const Json& input);
  Answer list_aliases() const;

  Task<Answer> create_store(Json input, Caller caller);
  Task<Answer> connect_store(Json input, Caller caller);
  Task<Answer> create_key(Json input, Caller caller);
  Task<Answer> encrypt(Json input, Caller caller);
  Task<Answer> decrypt(Json input, Caller caller);
  Task<Answer> re_encrypt(Json input, Caller caller);
  Task<Answer> generate_data_key(Json input, Caller caller, bool with_plaintext);

  /// The blob in `CiphertextBlob`; `Plaintext` of the opened one.
  Task<Answer> seal(
      std::string key_id, Json context, Bytes plaintext, Caller caller, Json operation);
  Task<Answer> open(Bytes blob, Json context, Caller caller, Json operation);

  std::string resolve(const Json& input, const char* member) const;
  std::string arn(const std::string& key_id) const;
  Json metadata(const std::string& key_id) const;
  /// Why the key cannot be used now, if so.
  std::optional<Answer> unusable(const std::string& key_id) const;
  Json request_metadata(const std::string& key_id,
                        const Caller& caller,
                        const Json& operation) const;
  void save() const;

  XksCaller proxies_;
  std::string region_;
  std::string path_;
  Json state_;
};

}  // namespace tercet::kms
