#pragma once

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "proxy/coordinator/key_service.h"

namespace tercet::proxy::test {

/// Answers from a script and keeps what it was asked.
class FakeKeyService final : public KeyService {
 public:
  Task<Authenticity> authenticate(AuthenticateJob job, Deadline /*until*/) override {
    questions.push_back(std::move(job));
    co_return authenticity;
  }

  Task<Result<Encrypted>> encrypt(EncryptJob job, Deadline /*until*/) override {
    if (encrypt_error) {
      encrypts.push_back(std::move(job));
      co_return Error(*encrypt_error, "scripted");
    }
    Encrypted out;
    out.ciphertext = Bytes(job.plaintext.size(), 0xcc);
    out.iv.fill(1);
    out.tag.fill(2);
    out.metadata = Bytes{1, 0, 0, 0, 7};
    out.integrity_value.fill(3);
    out.aad = forged_aad.value_or(job.aad);
    out.recovered_plaintext = job.plaintext;
    encrypts.push_back(std::move(job));
    co_return out;
  }

  Task<Result<Bytes>> decrypt(DecryptJob job, Deadline /*until*/) override {
    decrypts.push_back(std::move(job));
    if (decrypt_error) {
      co_return Error(*decrypt_error, "scripted");
    }
    co_return to_bytes(as_bytes("secret"));
  }

  Authenticity authenticity = std::optional<mpc::wire::KeyFacts>();
  std::optional<Errc> encrypt_error;
  std::optional<Errc> decrypt_error;
  std::optional<Bytes> forged_aad;
  std::vector<AuthenticateJob> questions;
  std::vector<EncryptJob> encrypts;
  std::vector<DecryptJob> decrypts;
};

}  // namespace tercet::proxy::test
