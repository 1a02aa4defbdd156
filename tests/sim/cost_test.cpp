// What each operation costs (protocol.md 1): hops as the longest chain of one-way messages, and
// what one node sends for it. The limits on messages and bytes are what was measured and a tenth
// more; who raises one says why.

#include <functional>

#include "core/ct/ct.h"
#include "tests/sim/ciphertexts.h"
#include "tests/sim/kms_signer.h"
#include "tests/sim/raw_proxy.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;

/// Of one operation.
class Cost {
 public:
  Cost() = default;
  std::uint64_t hops = 0;
  std::uint64_t messages = 0;  ///< sent by the node that sends most, to peers and proxy
  std::uint64_t bytes = 0;     ///< of their bodies
};

class Costs : public RawProxy {
 protected:
  /// A data key as KMS encrypts it: some 170 bytes.
  static constexpr std::size_t kTextBytes = 170;

  Deadline soon() { return Deadline::in(real_clock(), Milliseconds(30000)); }

  /// Runs one operation at rest. `hops` are those of the proxy that asked.
  Cost cost_of(const StampedParty& proxy, const std::function<void()>& operation) {
    EXPECT_TRUE(cluster_.rest());
    drain();
    cluster_.restart_counts();
    stamps_->restart();
    operation();
    Cost cost;
    cost.hops = proxy.highest_received;
    EXPECT_TRUE(cluster_.rest());
    for (const PartyIndex party : mpc::kAllParties) {
      const StampedParty& node = cluster_.node_stamps(party);
      cost.messages = std::max(cost.messages, node.frames_sent);
      cost.bytes = std::max(cost.bytes, node.bytes_sent);
    }
    RecordProperty("hops", static_cast<int>(cost.hops));
    RecordProperty("messages", static_cast<int>(cost.messages));
    RecordProperty("bytes", static_cast<int>(cost.bytes));
    return cost;
  }

  Result<proxy::Encrypted> encrypt() {
    proxy::EncryptJob job;
    job.key = cluster_.store_key();
    job.store = KmsSigner::kBasePath;
    job.plaintext = text_;
    job.request = KmsSigner::sign(path("encrypt"), Bytes(40, ++signed_bodies_), 0);
    job.request.body.reset();
    return block_on(cluster_.context(), cluster_.coordinator().encrypt(std::move(job), soon()));
  }

  Result<Bytes> decrypt(const proxy::Encrypted& encrypted) {
    proxy::DecryptJob job;
    job.key = cluster_.store_key();
    job.iv = to_bytes(encrypted.iv);
    job.ciphertext = encrypted.ciphertext;
    job.request = KmsSigner::sign(path("decrypt"), decrypt_body(encrypted), 0);
    return block_on(cluster_.context(), cluster_.coordinator().decrypt(std::move(job), soon()));
  }

  const Bytes text_ = Bytes(kTextBytes, 0x42);
  std::uint8_t signed_bodies_ = 0;
};

TEST_F(Costs, OfAnAnswerWithoutMathematics) {
  const Cost cost = cost_of(cluster_.proxy_stamps(), [this] {
    proxy::AuthenticateJob job;
    job.request = KmsSigner::sign(path("metadata"), Bytes(40, 0x7b), 0);
    job.request.body.reset();
    const auto answer =
        block_on(cluster_.context(), cluster_.coordinator().authenticate(std::move(job), soon()));
    EXPECT_TRUE(answer.ok());
  });
  EXPECT_EQ(cost.hops, 2U);
  EXPECT_EQ(cost.messages, 1U);
  EXPECT_LE(cost.bytes, 16U);
}

TEST_F(Costs, OfAnEncryptOverAPreparedSlot) {
  mpc::wire::MakeSlots request = slots(0, 0);
  request.key = cluster_.store_key();
  request.store = KmsSigner::kBasePath;
  request.blocks = 11;
  const SessionId slot = make(request);
  const Cost cost = cost_of(*stamps_, [this, &slot] {
    mpc::wire::EncryptRequest message = encrypt_in(slot, 1);
    message.request = KmsSigner::sign(path("encrypt"), Bytes(40, 0x7b), 0);
    message.request.body.reset();
    message.ciphertext.assign(kTextBytes, 0x5e);
    send_all(ProxyFrame::encrypt, message);
    for (const PartyIndex party : mpc::kAllParties) {
      wait(party, ProxyFrame::tag_released);
    }
  });
  EXPECT_EQ(cost.hops, 2U);
  EXPECT_EQ(cost.messages, 1U);
  EXPECT_LE(cost.bytes, 229U);
}

TEST_F(Costs, OfAnEncryptWithoutASlot) {
  const Cost cost = cost_of(cluster_.proxy_stamps(), [this] { EXPECT_TRUE(encrypt().ok()); });
  EXPECT_LE(cost.hops, 18U);
  EXPECT_EQ(cost.messages, 31U);  // IVs and 13 layers to two peers; answer, slot and tag
  EXPECT_LE(cost.bytes, 9100U);
}

TEST_F(Costs, OfADecryptOfRememberedKeystream) {
  const Result<proxy::Encrypted> encrypted = encrypt();
  ASSERT_TRUE(encrypted.ok()) << encrypted.error().to_string();
  const Cost cost = cost_of(cluster_.proxy_stamps(), [&] {
    const Result<Bytes> plaintext = decrypt(*encrypted);
    ASSERT_TRUE(plaintext.ok()) << plaintext.error().to_string();
    EXPECT_TRUE(ct::equal(*plaintext, text_));
  });
  EXPECT_EQ(cluster_.coordinator().figures().decrypts_remembered, 1U);
  EXPECT_EQ(cost.hops, 2U);
  EXPECT_EQ(cost.messages, 1U);
  EXPECT_LE(cost.bytes, 600U);
}

TEST_F(Costs, OfAColdDecrypt) {
  const Cost cost = cost_of(cluster_.proxy_stamps(), [this] {
    const Result<Bytes> plaintext = decrypt(made_by_openssl(0x3c, text_));
    ASSERT_TRUE(plaintext.ok()) << plaintext.error().to_string();
    EXPECT_TRUE(ct::equal(*plaintext, text_));
  });
  EXPECT_EQ(cluster_.coordinator().figures().decrypts_cold, 1U);
  EXPECT_EQ(cost.hops, 15U);
  EXPECT_EQ(cost.messages, 27U);  // 13 layers to two peers; the release
  EXPECT_LE(cost.bytes, 8800U);
}

}  // namespace
}  // namespace tercet::test
