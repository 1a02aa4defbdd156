// Grants: who may do what, for callers that have nothing else.

#include <fstream>

#include "tests/unit/kms/kms_fixture.h"

namespace tercet::kms::test {
namespace {

constexpr const char* kGrantee = "arn:aws:sts::111122223333:assumed-role/infrastructure/i-1";

class Grants : public KmsTest {
 protected:
  Grants() {
    std::ofstream(folder_.file("identities"))
        << R"({"GRANTEE": {"secret": "s", "grantsOnly": true, "principal": ")" << kGrantee
        << "\"}}";
    options.identities_file = folder_.file("identities");
    start();
    make_connected_store();
    key_ = make_key();
  }

  Json grant_input(const char* constraint, const Json& context) const {
    Json input{{"KeyId", key_},
               {"GranteePrincipal", kGrantee},
               {"Operations", Json::array({"Decrypt", "DescribeKey"})}};
    if (constraint != nullptr) {
      input["Constraints"][constraint] = context;
    }
    return input;
  }

  /// As the grantee, who may do what a grant says and nothing else.
  std::string as_grantee(const std::string& operation, const Json& input) {
    return send(signed_by("GRANTEE", "s", "us-east-1", operation, input)).fault();
  }

  ::tercet::test::TemporaryDirectory folder_;
  std::string key_;
};

TEST_F(Grants, AreListedRetiredAndRevoked) {
  Json input = grant_input("EncryptionContextSubset", Json{{"aws:ebs:id", "vol-1"}});
  input["Name"] = "ebs";
  input["RetiringPrincipal"] = "arn:aws:iam::111122223333:user/alice";
  const Reply made = call("CreateGrant", input);
  ASSERT_TRUE(made.ok()) << made.body;
  const Reply again = call("CreateGrant", input);
  EXPECT_EQ(again.text("GrantId"), made.text("GrantId")) << "the same under one name";
  EXPECT_NE(again.text("GrantToken"), made.text("GrantToken"));
  const Json listed = call("ListGrants", Json{{"KeyId", key_}}).body.at("Grants");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].at("Constraints"), input.at("Constraints"));
  EXPECT_EQ(listed[0].at("GranteePrincipal"), kGrantee);
  EXPECT_EQ(call("ListRetirableGrants",
                 Json{{"RetiringPrincipal", "arn:aws:iam::111122223333:user/alice"}})
                .body.at("Grants"),
            listed);
  EXPECT_EQ(fault("RetireGrant", Json{{"GrantToken", "eHg="}}), "InvalidGrantTokenException");
  EXPECT_EQ(fault("RetireGrant", Json{{"GrantToken", made.text("GrantToken")}}), "");
  EXPECT_EQ(fault("RevokeGrant", Json{{"KeyId", key_}, {"GrantId", made.text("GrantId")}}),
            "NotFoundException");
  const Reply second = call("CreateGrant", input);
  EXPECT_EQ(fault("RevokeGrant", Json{{"KeyId", key_}, {"GrantId", second.text("GrantId")}}), "");
  EXPECT_EQ(call("ListGrants", Json{{"KeyId", key_}}).body.at("Grants").size(), 0U);
}

TEST_F(Grants, OfOperationsThatTheKeyLacksAreRefused) {
  Json input = grant_input(nullptr, Json());
  input["Operations"] = Json::array({"Sign"});
  EXPECT_EQ(fault("CreateGrant", input), "ValidationException");
  input["Operations"] = Json::array();
  EXPECT_EQ(fault("CreateGrant", input), "ValidationException");
}

TEST_F(Grants, ConstrainTheGrantee) {
  const Json volume{{"aws:ebs:id", "vol-1"}};
  const Json more{{"aws:ebs:id", "vol-1"}, {"x", "y"}};
  const Json other{{"aws:ebs:id", "vol-2"}};
  const auto decrypt = [&](const Json& context) {
    return as_grantee(
        "Decrypt",
        Json{{"CiphertextBlob", encrypt(key_, context)}, {"EncryptionContext", context}});
  };
  const std::string denied = "AccessDeniedException";
  EXPECT_EQ(decrypt(volume), denied) << "no grant yet";
  const Reply subset = call("CreateGrant", grant_input("EncryptionContextSubset", volume));
  EXPECT_EQ(decrypt(volume), "");
  EXPECT_EQ(decrypt(more), "");
  EXPECT_EQ(decrypt(other), denied);
  EXPECT_EQ(decrypt(Json::object()), denied);
  EXPECT_EQ(as_grantee("Encrypt", Json{{"KeyId", key_}, {"Plaintext", kHello}}), denied)
      << "another operation";
  EXPECT_EQ(as_grantee("DescribeKey", Json{{"KeyId", key_}}), "");
  EXPECT_EQ(as_grantee("DisableKey", Json{{"KeyId", key_}}), denied);
  EXPECT_EQ(as_grantee("ListKeys", Json::object()), denied);
  ASSERT_EQ(fault("RevokeGrant", Json{{"KeyId", key_}, {"GrantId", subset.text("GrantId")}}), "");
  EXPECT_EQ(decrypt(volume), denied) << "revoked";
  const Reply equals = call("CreateGrant", grant_input("EncryptionContextEquals", volume));
  EXPECT_EQ(decrypt(volume), "");
  EXPECT_EQ(decrypt(more), denied);
  EXPECT_EQ(as_grantee("RetireGrant", Json{{"GrantToken", equals.text("GrantToken")}}), denied)
      << "the grant does not include RetireGrant";
  EXPECT_EQ(fault("RetireGrant", Json{{"GrantToken", equals.text("GrantToken")}}), "");
  EXPECT_EQ(decrypt(volume), denied) << "retired";
}

TEST_F(Grants, AreHandedOnByAGranteeOnlyWithinItsOwn) {
  const Json volume{{"aws:ebs:id", "vol-1"}};
  Json own = grant_input("EncryptionContextSubset", volume);
  own["Operations"].push_back("CreateGrant");
  const Reply given = call("CreateGrant", own);
  ASSERT_TRUE(given.ok()) << given.body;
  const std::string denied = "AccessDeniedException";
  const auto hand_on = [&](const Json& input) { return as_grantee("CreateGrant", input); };
  EXPECT_EQ(hand_on(grant_input("EncryptionContextSubset", volume)), "");
  EXPECT_EQ(hand_on(grant_input("EncryptionContextEquals", volume)), "");
  const Json narrower{{"aws:ebs:id", "vol-1"}, {"x", "y"}};
  EXPECT_EQ(hand_on(grant_input("EncryptionContextSubset", narrower)), "");
  EXPECT_EQ(hand_on(grant_input(nullptr, Json())), denied) << "without the constraint";
  EXPECT_EQ(hand_on(grant_input("EncryptionContextSubset", Json{{"x", "y"}})), denied);
  Json more = grant_input("EncryptionContextSubset", volume);
  more["Operations"].push_back("Encrypt");
  EXPECT_EQ(hand_on(more), denied) << "an operation that it may not use itself";
  ASSERT_EQ(fault("RevokeGrant", Json{{"KeyId", key_}, {"GrantId", given.text("GrantId")}}), "");
  own["Constraints"] = Json{{"EncryptionContextEquals", volume}};
  ASSERT_EQ(fault("CreateGrant", own), "");
  EXPECT_EQ(hand_on(grant_input("EncryptionContextEquals", volume)), "");
  EXPECT_EQ(hand_on(grant_input("EncryptionContextSubset", volume)), denied) << "wider than equal";
}

}  // namespace
}  // namespace tercet::kms::test
