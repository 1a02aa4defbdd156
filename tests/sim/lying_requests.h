#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/base/bytes.h"
#include "core/xks/parse.h"
#include "mpc/wire/release.h"
#include "tests/sim/ciphertexts.h"
#include "tests/sim/kms_signer.h"
#include "tests/sim/raw_proxy.h"

/// What a corrupt proxy sends for attack 13 of protocol.md 13.
namespace tercet::test {

/// A proxy that asks for Decrypts in its lease, as KMS signed them or not.
class LyingDecrypt : public RawProxy {
 protected:
  using ProxiedRequest = mpc::wire::ProxiedRequest;

  using RawProxy::RawProxy;

  const Bytes plaintext_ = Bytes(16, 0x61);

  /// The body of a Decrypt, of a ciphertext that OpenSSL made under the key with this IV.
  Bytes body_of(std::uint8_t iv_byte, const Bytes& key = InProcessCluster::store_key_bytes()) {
    const proxy::Encrypted encrypted = made_by_openssl(iv_byte, plaintext_, key);
    ciphertext_ = encrypted.ciphertext;
    return decrypt_body(encrypted);
  }

  ProxiedRequest signed_decrypt(std::uint8_t iv_byte) {
    return KmsSigner::sign(path("decrypt"), body_of(iv_byte), 0);
  }

  /// A cold Decrypt, the n-th of the test.
  mpc::wire::DecryptRequest decrypt(const ProxiedRequest& request, std::uint32_t n) const {
    mpc::wire::DecryptRequest message;
    message.ticket = 300 + n;
    message.remaining_ms = 2000;
    message.lease = lease_;
    message.counter = SessionCounter(n);
    message.request = request;
    message.vectors.batch = batch_;
    message.vectors.first = n * 416;
    return message;
  }

  // What KMS did not sign:

  ProxiedRequest without_signature() {
    ProxiedRequest request = signed_decrypt(0x30);
    request.headers.pop_back();
    return request;
  }

  ProxiedRequest with_another_body() {
    ProxiedRequest request = signed_decrypt(0x30);
    request.body = body_of(0x32);  // with the hash that KMS signed
    return request;
  }

  ProxiedRequest signed_as_encrypt() { return KmsSigner::sign(path("encrypt"), body_of(0x30), 0); }

  /// For the health key, which is in no store.
  ProxiedRequest outside_the_store() {
    const std::string target = "keys/" + cluster_.health_key().text() + "/decrypt";
    return KmsSigner::sign(target, body_of(0x30, InProcessCluster::health_key_bytes()), 0);
  }

  ProxiedRequest outside_its_window() {
    return KmsSigner::sign(path("decrypt"), body_of(0x30), 302);
  }

  Result<Bytes> released() {
    mpc::wire::FromNodes<mpc::wire::KeystreamReleased> three;
    for (const mpc::PartyIndex party : mpc::kAllParties) {
      const Frame frame = wait(party, ProxyFrame::keystream_released);
      TERCET_TRY(three[place(party)], mpc::wire::KeystreamReleased::decode(frame.body));
    }
    return mpc::wire::open_keystream(three, ciphertext_);
  }

  Result<Bytes> decrypted(const ProxiedRequest& request, std::uint32_t n) {
    send_all(ProxyFrame::decrypt, decrypt(request, n));
    return released();
  }

  /// The same through the other proxy, which is an honest one with a lease of its own.
  Result<Bytes> decrypted_by_other_proxy(const ProxiedRequest& request) {
    const xks::DecryptRequest body = xks::parse_decrypt(*request.body).value();
    proxy::DecryptJob job;
    job.request = request;
    job.key = cluster_.store_key();
    job.iv = body.iv;
    job.ciphertext = body.ciphertext;
    return block_on(cluster_.context(), cluster_.coordinator().decrypt(std::move(job), soon()));
  }

  void expect_all_refuse(Errc reason) {
    for (const mpc::PartyIndex party : mpc::kAllParties) {
      EXPECT_EQ(refusal(party), reason);
    }
  }

  static Deadline soon() { return Deadline::in(real_clock(), Milliseconds(30000)); }

  /// The signature in the Authorization header with another last digit.
  static void spoil_signature(ProxiedRequest& request) {
    char& digit = request.headers.back().second.back();
    digit = digit == '0' ? '1' : '0';
  }

  Bytes ciphertext_;
};

/// The same with Encrypts over slots of the key in the store.
class LyingEncrypt : public LyingDecrypt {
 protected:
  using LyingDecrypt::LyingDecrypt;

  SessionId make_store_slot(std::uint16_t count = 1) {
    mpc::wire::MakeSlots request = slots(0, 0);
    request.count = count;
    request.key = cluster_.store_key();
    request.store = KmsSigner::kBasePath;
    return make(request);
  }

  mpc::wire::EncryptRequest encrypt(const SessionId& slot, std::uint64_t counter) const {
    mpc::wire::EncryptRequest message = encrypt_in(slot, counter);
    message.request = KmsSigner::sign(path("encrypt"), Bytes(40, 0x7b), 0);
    message.request.body.reset();
    return message;
  }

  Result<proxy::Encrypted> encrypted_by_other_proxy(const ProxiedRequest& request) {
    proxy::EncryptJob job;
    job.request = request;
    job.key = cluster_.store_key();
    job.store = KmsSigner::kBasePath;
    job.plaintext = plaintext_;
    return block_on(cluster_.context(), cluster_.coordinator().encrypt(std::move(job), soon()));
  }
};

}  // namespace tercet::test
