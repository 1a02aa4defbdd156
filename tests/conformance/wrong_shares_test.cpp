// Row 120: a node whose shares of one key are not what its peers' are. Node 3 is stopped, one bit
// of a share in its database is flipped and sealed again with its own sealing key, and it starts
// again: as a corrupt node may do, or one that was restored from a wrong backup. In the cluster of
// trouble_test.cpp.

#include <csignal>
#include <fstream>

#include "core/crypto/key_file.h"
#include "core/secret/access.h"
#include "mpc/engine/key_material.h"
#include "mpc/keygen/components.h"
#include "node/store/database.h"
#include "node/store/key_records.h"
#include "node/store/node_store.h"
#include "node/store/share_store.h"
#include "tests/conformance/requests.h"

namespace tercet::test {
namespace {

const char* const kNode = "node-3";
const char* const kKey = "shared";
const char* const kOther = "untouched";
const std::string kPlaintext = "what the key is used for";

/// The share that differs: node 2 holds the right one too.
enum class Part : std::uint8_t {
  key,         ///< compared when a link is set up
  round_keys,  ///< used in every layer of AES
  h_powers,    ///< used for the tag
};

SecretBytes with_flipped_bit(const mpc::KeyMaterial& from, Part part) {
  mpc::KeyMaterial::Parts parts;
  parts.key = from.key().clone();
  parts.round_keys = from.aes().round_keys->clone();
  parts.first_round = mpc::OneHotVectors(from.aes().first_round->bits.clone());
  parts.h_powers = from.h_powers().clone();
  mpc::ByteShares& shares = part == Part::key          ? parts.key
                            : part == Part::round_keys ? parts.round_keys
                                                       : parts.h_powers.bytes;
  // Of the round keys one in the middle; of the powers H itself.
  const std::size_t byte = part == Part::round_keys ? shares.size() / 2 : 0;
  shares.own.expose_mutable(SecretAccess::grant())[byte] ^= 1;
  return mpc::KeyMaterial(from.party(), from.derived(), std::move(parts)).serialize();
}

/// What the stopped node has of the key's newest version.
class Stored {
 public:
  Stored() = default;
  node::EpochRecord row;
  node::EpochShares shares;
};

Result<std::unique_ptr<node::NodeStore>> open_store() {
  TERCET_TRY(const SecretBytes sealing_key,
             load_key_file(live_cluster().file(std::string("keys/") + kNode + ".sealing"),
                           kSealingKeyKind));
  return node::NodeStore::open(
      live_cluster().file(kNode), kNode, sealing_key, node::StartWith::its_data);
}

Result<Stored> read_stored(node::NodeStore& store) {
  TERCET_TRY(const KeyId key, KeyId::parse(kKey));
  const node::KeyRecord* record = store.keys().find(key);
  if (record == nullptr) {
    return Error(Errc::not_found, "flip a bit: the node has no such key");
  }
  Stored out;
  out.row = record->newest();
  TERCET_TRY(out.shares.components, store.shares().components(out.row.name));
  TERCET_TRY(out.shares.salts, store.shares().salts(out.row.name));
  TERCET_TRY(out.shares.derived, store.shares().derived(out.row.name));
  return out;
}

/// As if the node had always held this: its row tells of the same component as its shares.
Status replace_stored(Stored stored) {
  TERCET_TRY(const auto material,
             mpc::KeyMaterial::restore(stored.shares.derived, mpc::PartyIndex::p3));
  stored.shares.components = mpc::serialize_components(material->key());
  stored.row.own_fingerprint =
      mpc::component_fingerprint(stored.row.name.epoch, mpc::PartyIndex::p3, material->key().own);
  {
    TERCET_TRY(const auto database, node::Database::open(live_cluster().file(kNode) + "/node.db"));
    const std::string forget = std::string("DELETE FROM epochs WHERE key = '") + kKey + "'";
    TERCET_TRY_STATUS(database->execute(forget.c_str()));
  }
  TERCET_TRY(const auto store, open_store());
  return store->atomically([&]() -> Status {
    TERCET_TRY_STATUS(store->shares().put(stored.row, stored.shares));
    return store->shares().make_current(stored.row.name);
  });
}

/// In the database of the stopped node; a second time undoes it.
Status flip_stored_bit(Part part) {
  Stored stored;
  {
    TERCET_TRY(const auto store, open_store());
    TERCET_TRY(stored, read_stored(*store));
    TERCET_TRY(const auto material,
               mpc::KeyMaterial::restore(stored.shares.derived, mpc::PartyIndex::p3));
    stored.shares.derived = with_flipped_bit(*material, part);
    if (part != Part::key) {
      return store->shares().put_derived(stored.row.name, stored.shares.derived);
    }
  }
  return replace_stored(std::move(stored));
}

void stop(const char* node) {
  live_cluster().send_signal(node, SIGTERM);
  ASSERT_TRUE(live_cluster().ended(node, Milliseconds(30'000)));
}

void restart_with_flipped_bit(Part part) {
  stop(kNode);
  const Status flipped = flip_stored_bit(part);
  ASSERT_TRUE(flipped.ok()) << flipped.error().to_string();
  ASSERT_TRUE(live_cluster().start(kNode).ok());
}

/// Node 3 has a wrong share until the end of the scope.
class WrongShare {
 public:
  explicit WrongShare(Part part) : part_(part) { restart_with_flipped_bit(part_); }

  ~WrongShare() { restart_with_flipped_bit(part_); }

  WrongShare(const WrongShare&) = delete;
  WrongShare& operator=(const WrongShare&) = delete;

 private:
  Part part_;
};

std::string rest_of(const std::string& key, const std::string& operation) {
  return "/keys/" + key + "/" + operation;
}

class Conformance_WrongShares : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const char* key : {kKey, kOther}) {
      const CommandResult made = live_cluster().create_key(key);
      ASSERT_TRUE(made.done()) << made.output;
    }
  }

  XksReply encrypt(const std::string& key) {
    return client_.post(rest_of(key, "encrypt"), encrypt_json(bytes_of(kPlaintext)).dump());
  }

  XksReply decrypt(const std::string& key, const Sealed& sealed) {
    return client_.post(rest_of(key, "decrypt"), decrypt_json(sealed).dump());
  }

  Sealed seal(const std::string& key) {
    const XksReply reply = encrypt(key);
    EXPECT_EQ(reply.status, 200U) << reply.text();
    Sealed out;
    out.ciphertext = reply.bytes("ciphertext");
    out.iv = reply.bytes("initializationVector");
    out.tag = reply.bytes("authenticationTag");
    out.metadata = reply.bytes("ciphertextMetadata");
    return out;
  }

  void expect_opens(const std::string& key, const Sealed& sealed) {
    const XksReply reply = decrypt(key, sealed);
    EXPECT_EQ(reply.status, 200U) << reply.text();
    EXPECT_EQ(as_text(reply.bytes("plaintext")), kPlaintext);
  }

  /// While the other key serves, this one answers nothing but InternalException, however often it
  /// is asked: no ciphertext and no plaintext, wrong or right.
  void expect_only_internal_errors(const Sealed& of_key, const Sealed& of_other) {
    expect_opens(kOther, of_other);  // waits until the cluster serves
    for (int i = 0; i < 3; ++i) {
      expect_error(encrypt(kKey), 500, "InternalException");
      expect_error(decrypt(kKey, of_key), 500, "InternalException");
    }
    expect_opens(kOther, seal(kOther));
  }

  /// Audit records of a node about the key, with these members.
  static std::size_t audited(const std::string& node, Json members) {
    members["key"] = kKey;
    std::ifstream file(live_cluster().file(node + "/audit.jsonl"));
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) {
      const Json record = Json::parse(line, nullptr, false);
      Json expected = record;
      if (record.is_object()) {
        expected.update(members);
      }
      count += record.is_object() && record == expected ? 1U : 0U;
    }
    return count;
  }

  /// Sessions that a node ended for a failed check of its own. A record may come after the proxy's
  /// answer: peers are told first.
  static std::size_t sessions_aborted(const std::string& operation) {
    std::size_t count = 0;
    for (const char* node : {"node-1", "node-2", "node-3"}) {
      count += audited(node,
                       {{"operation", operation},
                        {"outcome", "failed"},
                        {"error", std::string(errc_name(Errc::protocol_abort))}});
    }
    return count;
  }

  static std::uint64_t proxy_metric(const std::string& name) {
    const std::string url =
        "http://127.0.0.1:" + std::to_string(live_cluster().proxy().metrics_port) + "/metrics";
    const CommandResult page = run_command({"/usr/bin/curl", "-sS", "--noproxy", "*", url});
    const std::size_t at = page.output.find("\n" + name + " ");
    EXPECT_NE(at, std::string::npos) << page.output;
    return at == std::string::npos ? 0 : std::stoull(page.output.substr(at + 2 + name.size()));
  }

  XksClient client_{live_cluster().proxy()};
};

TEST_F(Conformance_WrongShares, Row120_ADifferentShareOfTheKeyIsRefusedByBothItsHolders) {
  const Sealed before = seal(kKey);
  const Sealed other = seal(kOther);
  {
    const WrongShare wrong(Part::key);
    expect_only_internal_errors(before, other);
    EXPECT_EQ(audited("node-1", {{"event", "key_differs"}}), 0U) << "it holds no copy of it";
    for (const auto& [node, peer] : {std::pair("node-2", 3), std::pair("node-3", 2)}) {
      EXPECT_EQ(audited(node, {{"event", "key_differs"}, {"peer", peer}}), 1U)
          << node << ": once, not with every exchange";
      EXPECT_NE(live_cluster().log(node).find("\"key_differs\""), std::string::npos) << node;
    }
  }
  // Node 2 refuses the key until its own restart, too.
  stop("node-2");
  ASSERT_TRUE(live_cluster().start("node-2").ok());
  expect_opens(kKey, before);
  expect_opens(kKey, seal(kKey));
}

TEST_F(Conformance_WrongShares, Row120_AWrongShareOfARoundKeyIsNoticedByTheNodes) {
  const Sealed before = seal(kKey);
  const Sealed other = seal(kOther);
  {
    const WrongShare wrong(Part::round_keys);
    expect_only_internal_errors(before, other);
    // Node 1 lacks the component that differs and gets it from both others, which have opened
    // different values by then: one of the three is the first to see it, and tells the others.
    for (const char* operation : {"make_slots", "decrypt"}) {
      EXPECT_TRUE(eventually([&] { return sessions_aborted(operation) >= 3; })) << operation;
    }
  }
  expect_opens(kKey, before);
  expect_opens(kKey, seal(kKey));
}

TEST_F(Conformance_WrongShares, Row120_AWrongShareOfTheTagIsNoticedByTheProxy) {
  const Sealed before = seal(kKey);
  const Sealed other = seal(kOther);
  const std::uint64_t tampered = proxy_metric("tercet_proxy_releases_tampered");
  {
    const WrongShare wrong(Part::h_powers);
    expect_only_internal_errors(before, other);
    EXPECT_GE(proxy_metric("tercet_proxy_releases_tampered"), tampered + 6);
  }
  expect_opens(kKey, before);
  expect_opens(kKey, seal(kKey));
}

}  // namespace
}  // namespace tercet::test
