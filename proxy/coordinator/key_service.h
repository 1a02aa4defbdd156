#pragma once

#include <array>
#include <optional>
#include <string>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "mpc/wire/proxy_messages.h"

namespace tercet::proxy {

/// A request whose signature the nodes are asked about, and nothing else.
class AuthenticateJob {
 public:
  AuthenticateJob() = default;
  mpc::wire::ProxiedRequest request;  ///< without its body
  bool form_error = false;
  bool wants_integrity_value = false;
  mpc::wire::CallerFacts caller;
};

class EncryptJob {
 public:
  EncryptJob() = default;
  mpc::wire::ProxiedRequest request;  ///< without its body
  KeyId key;
  std::string store;  ///< base path of the key store
  Bytes plaintext;    ///< secret
  Bytes aad;
  bool wants_integrity_value = false;
  mpc::wire::CallerFacts caller;
};

/// An Encrypt's result, compared and checked. `metadata` is empty under a key with raw AAD framing.
class Encrypted {
 public:
  Encrypted() = default;
  std::array<std::uint8_t, mpc::wire::kIvBytes> iv{};
  Bytes ciphertext;
  std::array<std::uint8_t, 16> tag{};
  Bytes metadata;
  Bytes aad;  ///< as the tag covers it and the nodes got it, not framed
  /// SHA-256 of AAD, metadata, IV, ciphertext, tag; fixed before the checks below it were made.
  mpc::wire::Sha256Digest integrity_value{};
  /// `ciphertext ^ ks'` with the second copy of the keystream: equals the plaintext (checked).
  Bytes recovered_plaintext;
};

class DecryptJob {
 public:
  DecryptJob() = default;
  mpc::wire::ProxiedRequest request;  ///< with its body
  KeyId key;                          ///< as the path says
  Bytes iv;                           ///< as the body says
  Bytes ciphertext;
};

/// The facts of the key that the request names, if it names one of its store.
using Authenticity = Result<std::optional<mpc::wire::KeyFacts>>;

/// What the XKS handlers ask of the nodes. Coordinator implements it; handler tests script it.
/// Every operation may be cancelled at any wait. Threads: one executor.
class KeyService {
 public:
  virtual ~KeyService() = default;

  /// Asks the nodes that are linked; two must give the same answer.
  /// Errors: what two nodes name; link_closed, timeout, internal.
  virtual Task<Authenticity> authenticate(AuthenticateJob job, Deadline until) = 0;

  /// Errors: what two nodes name; closed (no lease), exhausted, link_closed, timeout; internal,
  /// protocol_abort, session_mismatch, peer_malformed (something misbehaved); crypto_failure (this
  /// machine's own check failed); unsupported (too long).
  virtual Task<Result<Encrypted>> encrypt(EncryptJob job, Deadline until) = 0;

  /// The plaintext. Errors: as above, and bad_ciphertext (the tag does not hold).
  virtual Task<Result<Bytes>> decrypt(DecryptJob job, Deadline until) = 0;

  /// KMS asked about an enabled key, as it does before a KMS key is made over it: data keys will
  /// soon be encrypted, and what can be prepared for the first one should be.
  virtual void expect_encrypts(const KeyId& /*key*/, const std::string& /*store*/) {}
};

}  // namespace tercet::proxy
