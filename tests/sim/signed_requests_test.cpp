// Attack 13 of protocol.md 13: a corrupt proxy asks the nodes for what KMS did not sign. What KMS
// did sign is played beside it, so that each refusal is for its reason; weakened_nodes_test.cpp
// plays it against nodes without the defence.

#include "core/crypto/hash.h"
#include "tests/sim/lying_requests.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using mpc::wire::ProxiedRequest;

class Attack_13_Decrypt : public LyingDecrypt {
 protected:
  /// Every node refuses the Decrypt, and it burns nothing: afterwards its vectors serve what KMS
  /// did sign. (Its counter is spent: the nodes have told each other that they take no part in it.)
  void expect_refused(const ProxiedRequest& request, Errc reason) {
    send_all(ProxyFrame::decrypt, decrypt(request, 0));
    expect_all_refuse(reason);
    mpc::wire::DecryptRequest allowed = decrypt(signed_decrypt(0x31), 1);
    allowed.vectors.first = 0;
    send_all(ProxyFrame::decrypt, allowed);
    EXPECT_EQ(released().value(), plaintext_);
  }
};

TEST_F(Attack_13_Decrypt, ADecryptWithoutASignatureIsRefused) {
  expect_refused(without_signature(), Errc::not_authenticated);
}

TEST_F(Attack_13_Decrypt, ADecryptWithAWrongSignatureIsRefused) {
  ProxiedRequest request = signed_decrypt(0x30);
  spoil_signature(request);
  expect_refused(request, Errc::not_authenticated);
}

TEST_F(Attack_13_Decrypt, ASignatureOverAnotherBodyIsRefused) {
  expect_refused(with_another_body(), Errc::not_authenticated);
}

TEST_F(Attack_13_Decrypt, ASignatureOnAnotherKeysPathIsRefused) {
  ProxiedRequest request = KmsSigner::sign("keys/others/decrypt", body_of(0x30), 0);
  request.target = std::string(KmsSigner::kBasePath) + "/" + path("decrypt");
  expect_refused(request, Errc::not_authenticated);
}

TEST_F(Attack_13_Decrypt, AKeyOutsideTheStoreThatKmsCalledIsNotFound) {
  expect_refused(outside_the_store(), Errc::not_found);
}

TEST_F(Attack_13_Decrypt, ASignatureForAnEncryptOpensNoDecrypt) {
  expect_refused(signed_as_encrypt(), Errc::denied);
}

TEST_F(Attack_13_Decrypt, ASignatureWithoutItsBodyIsRefused) {
  ProxiedRequest request = signed_decrypt(0x30);
  request.body.reset();
  expect_refused(request, Errc::invalid_argument);
}

TEST_F(Attack_13_Decrypt, ASignatureFromOutsideItsTimeWindowIsRefused) {
  expect_refused(outside_its_window(), Errc::not_authenticated);
}

TEST_F(Attack_13_Decrypt, AnUnsignedHealthCheckReachesNoOtherKey) {
  ProxiedRequest request;  // no method: the proxy's own check, on the health key
  request.body = body_of(0x30);
  request.body_sha256 = sha256(*request.body);
  send_all(ProxyFrame::decrypt, decrypt(request, 0));
  EXPECT_EQ(released().error().code(), Errc::bad_ciphertext);
}

TEST_F(Attack_13_Decrypt, TheSignedRequestInAnotherProxysLeaseIsRefused) {
  const ProxiedRequest request = signed_decrypt(0x30);
  links_[0] = cluster_.raw_link(PartyIndex::p1, "proxy-3", stamps_);
  send(PartyIndex::p1, ProxyFrame::decrypt, decrypt(request, 0).encode());
  EXPECT_EQ(refusal(PartyIndex::p1), Errc::closed);
}

TEST_F(Attack_13_Decrypt, AReplayIsRefusedAfterTheThirdUse) {
  const ProxiedRequest request = signed_decrypt(0x30);
  for (std::uint32_t n = 0; n < 3; ++n) {
    ASSERT_EQ(decrypted(request, n).value(), plaintext_);
  }
  send_all(ProxyFrame::decrypt, decrypt(request, 3));
  expect_all_refuse(Errc::replayed);
  EXPECT_EQ(decrypted(signed_decrypt(0x31), 4).value(), plaintext_);
}

TEST_F(Attack_13_Decrypt, UsesThroughTwoProxiesCountTogether) {
  const ProxiedRequest request = signed_decrypt(0x30);
  ASSERT_EQ(decrypted_by_other_proxy(request).value(), plaintext_);
  ASSERT_EQ(decrypted(request, 0).value(), plaintext_);
  ASSERT_EQ(decrypted_by_other_proxy(request).value(), plaintext_);

  send_all(ProxyFrame::decrypt, decrypt(request, 1));
  expect_all_refuse(Errc::replayed);
  EXPECT_EQ(decrypted_by_other_proxy(request).error().code(), Errc::replayed);

  const ProxiedRequest another = signed_decrypt(0x31);
  EXPECT_EQ(decrypted(another, 2).value(), plaintext_);
  EXPECT_EQ(decrypted_by_other_proxy(another).value(), plaintext_);
}

/// Checking and counting is one step at each node: the last use is not given to both proxies.
TEST_F(Attack_13_Decrypt, TwoProxiesAtOnceDoNotShareTheLastUse) {
  const ProxiedRequest request = signed_decrypt(0x30);
  ASSERT_EQ(decrypted(request, 0).value(), plaintext_);
  ASSERT_EQ(decrypted_by_other_proxy(request).value(), plaintext_);

  send_all(ProxyFrame::decrypt, decrypt(request, 1));
  const Result<Bytes> other = decrypted_by_other_proxy(request);

  ASSERT_EQ(other.error().code(), Errc::replayed);
  EXPECT_EQ(released().value(), plaintext_) << "whose frames came first at every node";
}

TEST_F(Attack_13_Decrypt, AuthenticationsAndRefusalsAreNoUses) {
  const ProxiedRequest request = signed_decrypt(0x30);
  mpc::wire::Authenticate question;
  question.request = request;
  for (int i = 0; i < 5; ++i) {
    send_all(ProxyFrame::authenticate, question);
    for (const PartyIndex party : mpc::kAllParties) {
      EXPECT_FALSE(
          mpc::wire::Answer::decode(wait(party, ProxyFrame::answer).body)->error.has_value());
    }
  }
  ASSERT_EQ(decrypted(request, 0).value(), plaintext_);
  for (int i = 0; i < 5; ++i) {
    send_all(ProxyFrame::decrypt, decrypt(request, 0));
    for (const PartyIndex party : mpc::kAllParties) {
      EXPECT_EQ(refusal(party), Errc::already_burnt);
    }
  }
  EXPECT_EQ(decrypted(request, 1).value(), plaintext_);
  EXPECT_EQ(decrypted(request, 2).value(), plaintext_);
}

/// Each node counts for itself, whatever became of the sessions: no uses can be saved up.
TEST_F(Attack_13_Decrypt, UsesCountAtEachNodeEvenIfTheSessionFails) {
  const ProxiedRequest request = signed_decrypt(0x30);
  for (std::uint32_t n = 0; n < 3; ++n) {
    mpc::wire::DecryptRequest alone = decrypt(request, n);
    alone.remaining_ms = 30;
    send(PartyIndex::p1, ProxyFrame::decrypt, alone.encode());
    EXPECT_NE(refusal(PartyIndex::p1), Errc::replayed);
  }
  send_all(ProxyFrame::decrypt, decrypt(request, 3));
  EXPECT_EQ(refusal(PartyIndex::p1), Errc::replayed);
  EXPECT_EQ(refusal(PartyIndex::p2), Errc::peer_aborted);
  EXPECT_EQ(refusal(PartyIndex::p3), Errc::peer_aborted);
}

using Attack_13_Encrypt = LyingEncrypt;

TEST_F(Attack_13_Encrypt, AsSignedIsReleased) {
  send_all(ProxyFrame::encrypt, encrypt(make_store_slot(), 1));
  for (const PartyIndex party : mpc::kAllParties) {
    wait(party, ProxyFrame::tag_released);
  }
}

TEST_F(Attack_13_Encrypt, UsesThroughTwoProxiesCountTogether) {
  mpc::wire::EncryptRequest message = encrypt(make_store_slot(2), 1);
  ASSERT_TRUE(encrypted_by_other_proxy(message.request).ok());
  send_all(ProxyFrame::encrypt, message);
  for (const PartyIndex party : mpc::kAllParties) {
    wait(party, ProxyFrame::tag_released);
  }
  ASSERT_TRUE(encrypted_by_other_proxy(message.request).ok());

  message.slot_number = 1;
  message.counter = SessionCounter(2);
  send_all(ProxyFrame::encrypt, message);
  expect_all_refuse(Errc::replayed);
  EXPECT_EQ(encrypted_by_other_proxy(message.request).error().code(), Errc::replayed);
}

TEST_F(Attack_13_Encrypt, WithABadSignatureBurnsItsSlotSoThatItIsNeverOfferedAgain) {
  const SessionId slot = make_store_slot();
  mpc::wire::EncryptRequest bad = encrypt(slot, 1);
  spoil_signature(bad.request);
  send(PartyIndex::p3, ProxyFrame::encrypt, bad.encode());
  EXPECT_EQ(refusal(PartyIndex::p3), Errc::not_authenticated);
  send(PartyIndex::p3, ProxyFrame::encrypt, encrypt(slot, 2).encode());
  EXPECT_EQ(refusal(PartyIndex::p3), Errc::already_burnt);
}

TEST_F(Attack_13_Encrypt, WithASlotOfAnotherKeyBurnsIt) {
  const SessionId slot = make_one_slot();  // of the health key
  send(PartyIndex::p2, ProxyFrame::encrypt, encrypt(slot, 1).encode());
  EXPECT_EQ(refusal(PartyIndex::p2), Errc::already_burnt);
  send(PartyIndex::p2, ProxyFrame::encrypt, encrypt_in(slot, 2).encode());
  EXPECT_EQ(refusal(PartyIndex::p2), Errc::already_burnt);
}

}  // namespace
}  // namespace tercet::test
