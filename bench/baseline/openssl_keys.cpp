#include "bench/baseline/openssl_keys.h"

#include <utility>

#include "core/crypto/gcm.h"
#include "core/crypto/hash.h"
#include "core/xks/framing.h"
#include "core/xks/parse.h"

namespace tercet::bench {

OpensslKeys::OpensslKeys(const proxy::KeyStore& store,
                         std::shared_ptr<const SecretBytes> secret,
                         const WallClock& clock,
                         RandomSource& random)
    : store_(&store), secret_(std::move(secret)), clock_(&clock), random_(&random) {}

void OpensslKeys::add(const KeyId& id, Bytes key) {
  keys_[id] = std::move(key);
}

Status OpensslKeys::verify(const mpc::wire::ProxiedRequest& request) {
  sigv4::RequestView view;
  view.method = request.method;
  view.target = request.target;
  view.headers = request.headers;
  sigv4::VerifyOptions options;
  options.regions = store_->regions;
  options.now_seconds = clock_->now_seconds();
  const sigv4::SecretLookup secret = [&](std::string_view id) {
    return store_->knows(id) ? secret_ : nullptr;
  };
  const sigv4::BodyHash hash = request.body ? sha256(*request.body) : request.body_sha256;
  TERCET_TRY(const sigv4::VerifiedCaller caller,
             sigv4::verify(view, hash, secret, options, &signing_keys_));
  static_cast<void>(caller);  // there is one credential
  return ok_status();
}

Result<const Bytes*> OpensslKeys::key(const KeyId& id) const {
  const auto found = keys_.find(id);
  if (found == keys_.end()) {
    return Error(Errc::not_found, "baseline: no such key");
  }
  return &found->second;
}

Task<proxy::Authenticity> OpensslKeys::authenticate(proxy::AuthenticateJob job,
                                                    Deadline /*until*/) {
  TERCET_CO_TRY_STATUS(verify(job.request));
  mpc::wire::KeyFacts facts;
  facts.enabled = true;
  facts.may_encrypt = true;
  facts.may_decrypt = true;
  facts.framing = mpc::wire::AadFraming::raw;
  co_return std::optional<mpc::wire::KeyFacts>(facts);
}

Result<proxy::Encrypted> OpensslKeys::encrypt_now(proxy::EncryptJob job) {
  TERCET_TRY_STATUS(verify(job.request));
  TERCET_TRY(const Bytes* bytes, key(job.key));
  proxy::Encrypted out;
  random_->fill(out.iv);
  TERCET_TRY(GcmCiphertext sealed, aes256gcm_encrypt(*bytes, out.iv, job.aad, job.plaintext));
  out.ciphertext = std::move(sealed.ciphertext);
  out.tag = sealed.tag;
  out.integrity_value = xks::cdiv(job.aad, {}, out.iv, out.ciphertext, out.tag);
  out.aad = std::move(job.aad);
  out.recovered_plaintext = std::move(job.plaintext);
  return out;
}

Task<Result<proxy::Encrypted>> OpensslKeys::encrypt(proxy::EncryptJob job, Deadline /*until*/) {
  co_return encrypt_now(std::move(job));
}

Result<Bytes> OpensslKeys::decrypt_now(const proxy::DecryptJob& job) {
  TERCET_TRY_STATUS(verify(job.request));
  TERCET_TRY(const Bytes* bytes, key(job.key));
  if (!job.request.body) {
    return Error(Errc::internal, "baseline: a Decrypt without its body");
  }
  TERCET_TRY(const xks::DecryptRequest body, xks::parse_decrypt(*job.request.body));
  return aes256gcm_decrypt(*bytes, body.iv, body.aad, body.ciphertext, body.tag);
}

Task<Result<Bytes>> OpensslKeys::decrypt(proxy::DecryptJob job, Deadline /*until*/) {
  co_return decrypt_now(job);
}

Result<xks::HealthResponse> OpensslKeys::health() const {
  xks::FleetMember member;
  member.id = "openssl";
  member.model = "baseline";
  member.status = xks::HealthStatus::active;
  xks::HealthResponse response;
  response.proxy_vendor = "Tercet";
  response.proxy_model = "baseline";
  response.ekm_vendor = "OpenSSL";
  response.fleet.push_back(std::move(member));
  return response;
}

}  // namespace tercet::bench
