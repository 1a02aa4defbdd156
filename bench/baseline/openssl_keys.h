#pragma once

#include <map>
#include <string>

#include "core/random/random.h"
#include "core/sigv4/verify.h"
#include "core/time/clock.h"
#include "proxy/coordinator/health_monitor.h"
#include "proxy/coordinator/key_service.h"
#include "proxy/xks/store_table.h"

namespace tercet::bench {

/// What the proxy would do with a key in its own memory: one store, keys of OpenSSL, signatures
/// verified as nodes verify them (but no replay list). For comparison only; no product links it.
/// Keys are served under raw AAD. Threads: one executor.
class OpensslKeys final : public proxy::KeyService, public proxy::HealthSource {
 public:
  OpensslKeys(const proxy::KeyStore& store,
              std::shared_ptr<const SecretBytes> secret,
              const WallClock& clock,
              RandomSource& random);

  /// `key`: 32 bytes.
  void add(const KeyId& id, Bytes key);

  Task<proxy::Authenticity> authenticate(proxy::AuthenticateJob job, Deadline until) override;
  Task<Result<proxy::Encrypted>> encrypt(proxy::EncryptJob job, Deadline until) override;
  Task<Result<Bytes>> decrypt(proxy::DecryptJob job, Deadline until) override;

  Result<xks::HealthResponse> health() const override;

 private:
  Status verify(const mpc::wire::ProxiedRequest& request);
  Result<const Bytes*> key(const KeyId& id) const;
  Result<proxy::Encrypted> encrypt_now(proxy::EncryptJob job);
  Result<Bytes> decrypt_now(const proxy::DecryptJob& job);

  const proxy::KeyStore* store_;
  std::shared_ptr<const SecretBytes> secret_;
  const WallClock* clock_;
  RandomSource* random_;
  sigv4::SigningKeyCache signing_keys_;
  std::map<KeyId, Bytes> keys_;
};

}  // namespace tercet::bench
