#pragma once

#include <gtest/gtest.h>

#include "proxy/coordinator/coordinator.h"
#include "tests/unit/proxy/coordinator/fake_nodes.h"

namespace tercet::proxy::test {

inline constexpr Milliseconds kGenerous{3000};
inline constexpr Milliseconds kShort{80};

/// Of a long ciphertext.
inline constexpr std::size_t kLongBlocks = 200;

inline Task<void> keep_decrypted(Coordinator& coordinator,
                                 DecryptJob job,
                                 std::optional<Result<Bytes>>& into,
                                 Milliseconds limit) {
  into.emplace(co_await coordinator.decrypt(std::move(job), Deadline::in(real_clock(), limit)));
}

class CoordinatorTest : public testing::Test {
 public:
  EncryptJob encrypt_job(std::string_view plaintext = "threshold, not trust") {
    EncryptJob job;
    job.request.method = "POST";
    job.request.target = "/kms/xks/v1/keys/foo/encrypt";
    job.key = KeyId::parse("foo").value();
    job.store = "/kms/xks/v1";
    job.plaintext = to_bytes(as_bytes(plaintext));
    job.aad = to_bytes(as_bytes("aad"));
    return job;
  }

  DecryptJob decrypt_job(std::string_view plaintext = "threshold, not trust") {
    // As long as a test does not set it, every Decrypt is of another IV.
    const std::uint8_t iv = fixed_iv.value_or(next_iv++);
    DecryptJob job;
    job.request.method = "POST";
    job.request.target = "/kms/xks/v1/keys/foo/decrypt";
    job.request.body = to_bytes(as_bytes("{}"));
    job.key = KeyId::parse("foo").value();
    job.iv = Bytes(12, iv);
    job.ciphertext = to_bytes(as_bytes(plaintext));
    const Bytes keystream = cluster.script.keystream(job.ciphertext.size());
    for (std::size_t i = 0; i < keystream.size(); ++i) {
      job.ciphertext[i] = static_cast<std::uint8_t>(job.ciphertext[i] ^ keystream[i]);
    }
    cluster.script.decrypt_bytes = keystream.size();
    return job;
  }

  DecryptJob long_decrypt_job() { return decrypt_job(std::string(kLongBlocks * 16, 'x')); }

  Result<Encrypted> encrypt(Milliseconds limit = kGenerous) {
    return block_on(cluster.context,
                    cluster.coordinator.encrypt(encrypt_job(), Deadline::in(real_clock(), limit)));
  }

  Result<Bytes> decrypt(Milliseconds limit = kGenerous) {
    return block_on(cluster.context,
                    cluster.coordinator.decrypt(decrypt_job(), Deadline::in(real_clock(), limit)));
  }

  Authenticity authenticate(Milliseconds limit = kGenerous) {
    AuthenticateJob job;
    job.request.method = "POST";
    return block_on(
        cluster.context,
        cluster.coordinator.authenticate(std::move(job), Deadline::in(real_clock(), limit)));
  }

  void refuse_at(std::initializer_list<mpc::PartyIndex> where,
                 mpc::wire::ProxyFrame what,
                 Errc why) {
    for (const mpc::PartyIndex index : where) {
      cluster.node(index).refuse[what] = why;
    }
  }

  FakeCluster cluster;
  std::optional<std::uint8_t> fixed_iv;
  std::uint8_t next_iv = 0;
};

}  // namespace tercet::proxy::test
