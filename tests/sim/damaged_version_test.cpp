// A version whose shares are damaged at a node stops nothing but what needs that version.

#include <map>

#include <gtest/gtest.h>

#include "core/xks/framing.h"
#include "node/policy/request_authoriser.h"
#include "tests/sim/ciphertexts.h"
#include "tests/sim/kms_signer.h"
#include "tests/support/engine_cluster.h"

namespace tercet::test {
namespace {

using node::KeyEntry;

const std::string kDamagedKey = "orders";

/// One key in two versions, as a node's registry shows it.
class TwoVersions final : public node::KeyDirectory {
 public:
  TwoVersions() {
    EngineCluster dealer(79);
    const auto material = dealer.derive_key(InProcessCluster::store_key_bytes())[0];
    for (const KeyVersion version : {KeyVersion(1), KeyVersion(2)}) {
      KeyEntry& entry = versions[version];
      entry.id = KeyId::parse(kDamagedKey).value();
      entry.store = KmsSigner::kStore;
      entry.facts.enabled = true;
      entry.facts.may_encrypt = true;
      entry.facts.may_decrypt = true;
      entry.version = version;
      entry.material = material;
    }
  }

  std::optional<KeyEntry> find(const KeyId& /*key*/) const override {
    return versions.rbegin()->second;
  }

  std::optional<KeyEntry> find(const KeyId& /*key*/, KeyVersion version) const override {
    const auto found = versions.find(version);
    return found == versions.end() ? std::nullopt : std::optional(found->second);
  }

  std::vector<KeyEntry> list() const override { return {}; }

  Status open(KeyEntry& entry) override {
    return entry.material ? ok_status() : Error(Errc::seal_broken, "this version is damaged");
  }

  const node::DigestIndex& settled() const override { return none_; }

  const node::DigestIndex& components(mpc::Side /*with*/) const override { return none_; }

  Status count_ivs(const KeyId& /*key*/, KeyVersion /*version*/, std::uint32_t /*n*/) override {
    return ok_status();
  }

  std::map<KeyVersion, KeyEntry> versions;

 private:
  node::DigestIndex none_;
};

class DamagedVersion : public ::testing::Test {
 protected:
  static node::NodeServiceOptions options() {
    node::NodeServiceOptions options;
    options.stores = {KmsSigner::store()};
    return options;
  }

  /// What a node says to a signed Decrypt of that version's ciphertext.
  std::optional<Errc> decrypt(KeyVersion version) {
    mpc::wire::DecryptRequest request;
    request.request = KmsSigner::sign(path("decrypt"), body_of(version), 0);
    const auto order = authoriser_.order_decrypt(request, "proxy-1");
    return order ? std::nullopt : std::optional(order.error().code());
  }

  std::optional<Errc> authenticate(const std::string& operation) {
    mpc::wire::Authenticate question;
    question.request = KmsSigner::sign(path(operation), body_of(KeyVersion(1)), 0);
    return authoriser_.answer(question).error;
  }

  std::optional<Errc> make_slots(KeyVersion version) {
    mpc::wire::MakeSlots request;
    request.key = KeyId::parse(kDamagedKey).value();
    request.store = KmsSigner::kBasePath;
    request.version = version;
    const auto key = authoriser_.order_slots(request);
    return key ? std::nullopt : std::optional(key.error().code());
  }

  static std::string path(const std::string& operation) {
    return "keys/" + kDamagedKey + "/" + operation;
  }

  static Bytes body_of(KeyVersion version) {
    proxy::Encrypted encrypted = made_by_openssl(7, Bytes(16));
    encrypted.metadata = to_bytes(xks::version_metadata(version));
    return decrypt_body(encrypted);
  }

  TwoVersions keys_;
  node::RequestAuthoriser<node::FullRequestDefences> authoriser_{
      options(), keys_, KmsSigner::secret_of, system_wall_clock(), real_clock()};
};

TEST_F(DamagedVersion, TheNewestStopsNoDecryptOfAnOlderOne) {
  keys_.versions[KeyVersion(2)].material.reset();
  EXPECT_EQ(authenticate("decrypt"), std::nullopt);
  EXPECT_EQ(decrypt(KeyVersion(1)), std::nullopt);
  EXPECT_EQ(decrypt(KeyVersion(2)), Errc::internal);
  EXPECT_EQ(authenticate("encrypt"), Errc::internal);
  EXPECT_EQ(make_slots(KeyVersion(2)), Errc::internal);
}

TEST_F(DamagedVersion, TheNewestStopsNoEncryptWhileTheOneBeforeEncryptsToo) {
  keys_.versions[KeyVersion(2)].material.reset();
  keys_.versions[KeyVersion(2)].also_encrypts = KeyVersion(1);
  EXPECT_EQ(authenticate("encrypt"), std::nullopt);
  EXPECT_EQ(make_slots(KeyVersion(1)), std::nullopt);
}

TEST_F(DamagedVersion, AnOlderOneStopsItsOwnDecryptsOnly) {
  keys_.versions[KeyVersion(1)].material.reset();
  EXPECT_EQ(decrypt(KeyVersion(1)), Errc::internal);
  EXPECT_EQ(decrypt(KeyVersion(2)), std::nullopt);
  EXPECT_EQ(authenticate("encrypt"), std::nullopt);
}

TEST_F(DamagedVersion, ADisabledKeyDecryptsInNoVersion) {
  for (auto& [version, entry] : keys_.versions) {
    entry.facts.enabled = false;
  }
  EXPECT_EQ(decrypt(KeyVersion(1)), Errc::wrong_state);
  EXPECT_EQ(authenticate("decrypt"), Errc::wrong_state);
}

}  // namespace
}  // namespace tercet::test
