// Attack 13 of protocol.md 13 against nodes with one defence taken away: it succeeds. The same
// requests against the product are in signed_requests_test.cpp and lying_proxy_test.cpp.

#include "core/time/clock.h"
#include "node/policy/request_authoriser.inl.h"
#include "tests/sim/lying_requests.h"

namespace tercet::test {
namespace {

using mpc::PartyIndex;
using mpc::wire::ProxiedRequest;

template <class Defences>
std::unique_ptr<node::Authoriser> weakened_authoriser(const node::NodeServiceOptions& options,
                                                      node::KeyDirectory& keys) {
  return std::make_unique<node::RequestAuthoriser<Defences>>(
      options, keys, KmsSigner::secret_of, system_wall_clock(), real_clock());
}

/// Three nodes that all lack the defence.
template <class Defences>
class Weakened : public LyingEncrypt {
 protected:
  Weakened() : LyingEncrypt(&weakened_authoriser<Defences>) {}
};

struct NoSignatures : node::FullRequestDefences {
  static constexpr bool verify_signature = false;
};

struct ProxysBodyHash : node::FullRequestDefences {
  static constexpr bool hash_body = false;
};

struct AnyOperation : node::FullRequestDefences {
  static constexpr bool compare_operation = false;
};

struct AnyStore : node::FullRequestDefences {
  static constexpr bool compare_store = false;
};

struct NoReplayList : node::FullRequestDefences {
  static constexpr bool count_uses = false;
};

struct LongWindow : node::FullRequestDefences {
  static constexpr std::int64_t window_seconds = sigv4::kWindowSecondsMax;
};

struct AnyonesLease : node::FullRequestDefences {
  static constexpr bool own_lease = false;
};

struct BurnsAfterChecks : node::FullRequestDefences {
  static constexpr bool burn_named_slot = false;
};

using Attack_13_NoSignatures = Weakened<NoSignatures>;
using Attack_13_ProxysBodyHash = Weakened<ProxysBodyHash>;
using Attack_13_AnyOperation = Weakened<AnyOperation>;
using Attack_13_AnyStore = Weakened<AnyStore>;
using Attack_13_NoReplayList = Weakened<NoReplayList>;
using Attack_13_LongWindow = Weakened<LongWindow>;
using Attack_13_AnyonesLease = Weakened<AnyonesLease>;
using Attack_13_BurnsAfterChecks = Weakened<BurnsAfterChecks>;

TEST_F(Attack_13_NoSignatures, ADecryptThatKmsNeverAskedForIsReleased) {
  EXPECT_EQ(decrypted(without_signature(), 0).value(), plaintext_);
}

TEST_F(Attack_13_ProxysBodyHash, ASignatureOpensAnotherCiphertext) {
  EXPECT_EQ(decrypted(with_another_body(), 0).value(), plaintext_);
}

TEST_F(Attack_13_AnyOperation, ASignatureForAnEncryptOpensACiphertext) {
  EXPECT_EQ(decrypted(signed_as_encrypt(), 0).value(), plaintext_);
}

TEST_F(Attack_13_AnyStore, OneStoresCredentialOpensWhatAnotherKeyMade) {
  EXPECT_EQ(decrypted(outside_the_store(), 0).value(), plaintext_);
}

TEST_F(Attack_13_LongWindow, AnOldSignatureOpensACiphertext) {
  EXPECT_EQ(decrypted(outside_its_window(), 0).value(), plaintext_);
}

TEST_F(Attack_13_NoReplayList, ASignatureIsUsedWithoutEnd) {
  const ProxiedRequest request = signed_decrypt(0x30);
  for (std::uint32_t n = 0; n < 6; ++n) {
    EXPECT_EQ(decrypted(request, n).value(), plaintext_);
  }
}

TEST_F(Attack_13_AnyonesLease, AnotherProxyUsesUpTheLease) {
  for (const PartyIndex party : mpc::kAllParties) {
    links_[place(party)] = cluster_.raw_link(party, "proxy-3", stamps_);
  }
  EXPECT_EQ(decrypted(signed_decrypt(0x30), 0).value(), plaintext_);
}

TEST_F(Attack_13_BurnsAfterChecks, TwoMessagesMeetTheKeystreamOfOneSlot) {
  const SessionId slot = make_store_slot();
  mpc::wire::EncryptRequest first = encrypt(slot, 1);
  spoil_signature(first.request);
  send_all(ProxyFrame::encrypt, first);
  expect_all_refuse(Errc::not_authenticated);

  mpc::wire::EncryptRequest second = encrypt(slot, 2);
  second.ciphertext.assign(16, 2);
  send_all(ProxyFrame::encrypt, second);
  for (const PartyIndex party : mpc::kAllParties) {
    wait(party, ProxyFrame::tag_released);
  }
}

}  // namespace
}  // namespace tercet::test
