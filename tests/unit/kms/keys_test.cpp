// KMS keys: making them, their states, identifiers, aliases, tags, policies, paging.

#include "tests/unit/kms/kms_fixture.h"

namespace tercet::kms::test {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

class Keys : public KmsTest {
 protected:
  Keys() { make_connected_store(); }

  Json key_input(const std::string& external_key = "ext-1") const {
    return Json{
        {"Origin", "EXTERNAL_KEY_STORE"}, {"CustomKeyStoreId", store}, {"XksKeyId", external_key}};
  }

  std::string arn(const std::string& key_id) const {
    return "arn:aws:kms:us-east-1:111122223333:key/" + key_id;
  }
};

TEST_F(Keys, MetadataIsThatOfTheReference) {
  Json input = key_input();
  input["Description"] = "payroll";
  const Json made = call("CreateKey", input).body.at("KeyMetadata");
  const std::string id = made.at("KeyId").get<std::string>();
  EXPECT_EQ(made.at("Arn"), arn(id));
  EXPECT_EQ(made.at("Origin"), "EXTERNAL_KEY_STORE");
  EXPECT_EQ(made.at("KeyState"), "Enabled");
  EXPECT_EQ(made.at("Enabled"), true);
  EXPECT_EQ(made.at("Description"), "payroll");
  EXPECT_EQ(made.at("XksKeyConfiguration").at("Id"), "ext-1");
  EXPECT_EQ(made.at("KeySpec"), "SYMMETRIC_DEFAULT");
  EXPECT_EQ(made.at("CreationDate"), 1795459149.054);
  for (const char* never : {"DeletionDate", "CurrentKeyMaterialId", "CloudHsmClusterId"}) {
    EXPECT_FALSE(made.contains(never)) << never;
  }
  const std::size_t before = proxy.seen.size();
  EXPECT_EQ(call("DescribeKey", Json{{"KeyId", id}}).body.at("KeyMetadata"), made);
  EXPECT_EQ(proxy.seen.size(), before) << "DescribeKey does not reach the proxy";
  const Json& about = proxy.last("metadata").about();
  EXPECT_EQ(about.at("kmsOperation"), "CreateKey");
  EXPECT_FALSE(about.contains("kmsKeyArn"));
}

TEST_F(Keys, UnsuitableExternalKeysAreNamed) {
  const auto with = [&](const char* member, const Json& value) {
    const Json before = proxy.key_metadata;
    proxy.key_metadata[member] = value;
    const Reply reply = call("CreateKey", key_input());
    proxy.key_metadata = before;
    return reply;
  };
  const std::string bad = "XksKeyInvalidConfigurationException";
  EXPECT_EQ(with("keySpec", "RSA_2048").fault(), bad);
  EXPECT_NE(with("keySpec", "RSA_2048").text("message").find("RSA_2048"), std::string::npos);
  EXPECT_EQ(with("keyStatus", "DISABLED").fault(), bad);
  EXPECT_EQ(with("keyUsage", Json::array({"ENCRYPT"})).fault(), bad);
  EXPECT_EQ(with("keyUsage", Json::array()).fault(), bad);
  const std::string malformed = "CustomKeyStoreInvalidStateException";
  EXPECT_EQ(with("keyUsage", Json(11, "SIGN")).fault(), malformed);
  EXPECT_EQ(with("keyStatus", nullptr).fault(), malformed);
  EXPECT_EQ(with("keyStatus", "Enabled").fault(), malformed);
  EXPECT_EQ(with("keySpec", 256).fault(), malformed);
  EXPECT_EQ(with("keyUsage", Json::array({"SIGN", "ENCRYPT", "DECRYPT", "WRAP"})).fault(), "");
}

TEST_F(Keys, OtherKindsOfKeysAreRefused) {
  EXPECT_EQ(fault("CreateKey", Json::object()), "UnsupportedOperationException");
  EXPECT_EQ(fault("CreateKey", Json{{"Origin", "EXTERNAL_KEY_STORE"}}), "ValidationException");
  EXPECT_EQ(fault("CreateKey", Json{{"XksKeyId", "ext-1"}}), "ValidationException");
  for (const auto& [member, value] : std::vector<std::pair<const char*, Json>>{
           {"KeySpec", "RSA_2048"}, {"KeyUsage", "SIGN_VERIFY"}, {"MultiRegion", true}}) {
    Json input = key_input();
    input[member] = value;
    EXPECT_EQ(fault("CreateKey", input), "UnsupportedOperationException") << member;
  }
  Json elsewhere = key_input();
  elsewhere["CustomKeyStoreId"] = "cks-0";
  EXPECT_EQ(fault("CreateKey", elsewhere), "CustomKeyStoreNotFoundException");
}

TEST_F(Keys, AnExternalKeyIsUsedOnceInAStore) {
  const std::string key = make_key();
  EXPECT_EQ(fault("CreateKey", key_input()), "XksKeyAlreadyInUseException");
  ASSERT_EQ(fault("ScheduleKeyDeletion", Json{{"KeyId", key}, {"PendingWindowInDays", 7}}), "");
  EXPECT_EQ(fault("CreateKey", key_input()), "XksKeyAlreadyInUseException");
  clock.now_ms += 7 * kDayMs;
  EXPECT_EQ(fault("CreateKey", key_input()), "") << "free again after deletion";
}

TEST_F(Keys, IdentifiersHaveFourForms) {
  const std::string key = make_key();
  ASSERT_EQ(fault("CreateAlias", Json{{"AliasName", "alias/a"}, {"TargetKeyId", arn(key)}}), "");
  const std::string alias_arn = "arn:aws:kms:us-east-1:111122223333:alias/a";
  for (const std::string& id : {key, arn(key), std::string("alias/a"), alias_arn}) {
    EXPECT_EQ(fault("DescribeKey", Json{{"KeyId", id}}), "") << id;
    EXPECT_EQ(call("Encrypt", Json{{"KeyId", id}, {"Plaintext", kHello}}).text("KeyId"), arn(key));
  }
  for (const std::string& id : {"arn:aws:kms:eu-west-1:111122223333:key/" + key,
                                "arn:aws:kms:us-east-1:999922223333:key/" + key,
                                "arn:aws:s3:us-east-1:111122223333:key/" + key,
                                std::string("nonsense"),
                                std::string("alias/b"),
                                std::string("arn:aws:kms"),
                                "key/" + key}) {
    EXPECT_EQ(fault("DescribeKey", Json{{"KeyId", id}}), "NotFoundException") << id;
  }
  EXPECT_EQ(fault("EnableKey", Json{{"KeyId", "alias/a"}}), "InvalidArnException");
  EXPECT_EQ(fault("EnableKey", Json{{"KeyId", alias_arn}}), "InvalidArnException");
  EXPECT_EQ(fault("CreateAlias", Json{{"AliasName", "alias/c"}, {"TargetKeyId", "alias/a"}}),
            "NotFoundException");
  EXPECT_EQ(fault("EnableKey", Json{{"KeyId", arn(key)}}), "");
}

class StateRow {
 public:
  std::string state;
  std::string crypto;
  std::string change;  ///< aliases, tags, description, enable, disable
  std::string grant;
  std::string cancel;
};

TEST_F(Keys, EveryStateAllowsWhatTheTableSays) {
  const std::string key = make_key();
  const std::string spare = make_key("ext-2");
  ASSERT_EQ(fault("CreateAlias", Json{{"AliasName", "alias/a"}, {"TargetKeyId", spare}}), "");
  const Json id{{"KeyId", key}};
  const auto check = [&](const StateRow& row) {
    SCOPED_TRACE(row.state);
    EXPECT_EQ(key_state(key), row.state);
    EXPECT_EQ(fault("Encrypt", Json{{"KeyId", key}, {"Plaintext", kHello}}), row.crypto);
    EXPECT_EQ(fault("GenerateDataKey", Json{{"KeyId", key}, {"KeySpec", "AES_128"}}), row.crypto);
    for (const char* operation : {"DescribeKey",
                                  "GetKeyPolicy",
                                  "ListGrants",
                                  "ListAliases",
                                  "ListKeyPolicies",
                                  "ListResourceTags",
                                  "GetKeyLastUsage"}) {
      EXPECT_EQ(fault(operation, id), "") << operation;
    }
    EXPECT_EQ(fault("GetKeyRotationStatus", id), "UnsupportedOperationException");
    EXPECT_EQ(fault("CreateAlias", Json{{"AliasName", "alias/b"}, {"TargetKeyId", key}}),
              row.change);
    if (row.change.empty()) {
      EXPECT_EQ(fault("DeleteAlias", Json{{"AliasName", "alias/b"}}), "");
    }
    EXPECT_EQ(fault("UpdateAlias", Json{{"AliasName", "alias/a"}, {"TargetKeyId", key}}),
              row.change);
    EXPECT_EQ(fault("UpdateKeyDescription", Json{{"KeyId", key}, {"Description", "d"}}),
              row.change);
    Json tag = id;
    tag["Tags"] = Json::array({Json{{"TagKey", "k"}, {"TagValue", "v"}}});
    EXPECT_EQ(fault("TagResource", tag), row.change);
    EXPECT_EQ(fault("UntagResource", Json{{"KeyId", key}, {"TagKeys", Json::array({"k"})}}),
              row.change);
    EXPECT_EQ(fault("CreateGrant",
                    Json{{"KeyId", key},
                         {"GranteePrincipal", "arn:aws:iam::111122223333:user/x"},
                         {"Operations", Json::array({"Decrypt"})},
                         {"DryRun", true}}),
              row.grant);
    EXPECT_EQ(fault("CancelKeyDeletion", id), row.cancel);
  };
  const std::string dry = "DryRunOperationException";
  check({"Enabled", "", "", dry, kInvalidState});
  ASSERT_EQ(fault("DisableKey", id), "");
  EXPECT_EQ(fault("DisableKey", id), "") << "idempotent";
  check({"Disabled", "DisabledException", "", "DisabledException", kInvalidState});
  ASSERT_EQ(fault("DisconnectCustomKeyStore", Json{{"CustomKeyStoreId", store}}), "");
  check({"Unavailable", kInvalidState, "", dry, kInvalidState});
  ASSERT_EQ(fault("ConnectCustomKeyStore", Json{{"CustomKeyStoreId", store}}), "");
  ASSERT_EQ(settled(store), "CONNECTED");
  EXPECT_EQ(key_state(key), "Disabled") << "what it was before";
  ASSERT_EQ(fault("ScheduleKeyDeletion", id), "");
  EXPECT_EQ(fault("ScheduleKeyDeletion", id), kInvalidState);
  EXPECT_EQ(fault("EnableKey", id), kInvalidState);
  EXPECT_EQ(fault("DisableKey", id), kInvalidState);
  check({"PendingDeletion", kInvalidState, kInvalidState, kInvalidState, ""});
  EXPECT_EQ(key_state(key), "Disabled") << "cancelling leaves it disabled";
}

TEST_F(Keys, EnablingWhileUnavailableTakesEffectLater) {
  const std::string key = make_key();
  ASSERT_EQ(fault("DisableKey", Json{{"KeyId", key}}), "");
  ASSERT_EQ(fault("DisconnectCustomKeyStore", Json{{"CustomKeyStoreId", store}}), "");
  ASSERT_EQ(fault("EnableKey", Json{{"KeyId", key}}), "");
  EXPECT_EQ(key_state(key), "Unavailable");
  ASSERT_EQ(fault("ConnectCustomKeyStore", Json{{"CustomKeyStoreId", store}}), "");
  ASSERT_EQ(settled(store), "CONNECTED");
  EXPECT_EQ(key_state(key), "Enabled");
}

TEST_F(Keys, DeletionWaitsAndIsFinal) {
  const std::string key = make_key();
  const std::string blob = encrypt(key);
  ASSERT_EQ(fault("CreateAlias", Json{{"AliasName", "alias/a"}, {"TargetKeyId", key}}), "");
  for (const int days : {0, 6, 31, 366}) {
    EXPECT_EQ(fault("ScheduleKeyDeletion", Json{{"KeyId", key}, {"PendingWindowInDays", days}}),
              "ValidationException");
  }
  const Reply scheduled = call("ScheduleKeyDeletion", Json{{"KeyId", key}});
  EXPECT_EQ(scheduled.text("KeyId"), arn(key));
  EXPECT_EQ(scheduled.text("KeyState"), "PendingDeletion");
  EXPECT_EQ(scheduled.body.at("PendingWindowInDays"), 30);
  clock.now_ms += 30 * kDayMs - 1000;
  EXPECT_EQ(key_state(key), "PendingDeletion");
  clock.now_ms += 1000;
  EXPECT_EQ(fault("DescribeKey", Json{{"KeyId", key}}), "NotFoundException");
  EXPECT_EQ(fault("DescribeKey", Json{{"KeyId", "alias/a"}}), "NotFoundException");
  EXPECT_EQ(call("ListAliases", Json::object()).body.at("Aliases"), Json::array());
  EXPECT_EQ(fault("Decrypt", Json{{"CiphertextBlob", blob}}), "AccessDeniedException");
}

TEST_F(Keys, AliasesAreUniqueAndBounded) {
  const std::string key = make_key();
  const auto create = [&](const std::string& name) {
    return fault("CreateAlias", Json{{"AliasName", name}, {"TargetKeyId", key}});
  };
  EXPECT_EQ(create("payroll"), "ValidationException");
  EXPECT_EQ(create("alias/"), "ValidationException");
  EXPECT_EQ(create("alias/a b"), "ValidationException");
  EXPECT_EQ(create("alias/a:b"), "ValidationException");
  EXPECT_EQ(create("alias/aws/x"), "NotAuthorizedException");
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(create("alias/" + std::to_string(i)), "");
  }
  EXPECT_EQ(create("alias/0"), "AlreadyExistsException");
  EXPECT_EQ(create("alias/more"), "LimitExceededException");
  EXPECT_EQ(fault("UpdateAlias", Json{{"AliasName", "alias/no"}, {"TargetKeyId", key}}),
            "NotFoundException");
  EXPECT_EQ(fault("DeleteAlias", Json{{"AliasName", "alias/no"}}), "NotFoundException");
  EXPECT_EQ(fault("DeleteAlias", Json{{"AliasName", "alias/0"}}), "");
  EXPECT_EQ(create("alias/0"), "");
}

TEST_F(Keys, ListsComeInPages) {
  std::vector<std::string> made;
  for (int i = 0; i < 7; ++i) {
    made.push_back(make_key("ext-" + std::to_string(i)));
  }
  for (const int limit : {1, 2, 3}) {
    std::vector<std::string> listed;
    Json input{{"Limit", limit}};
    for (int page = 0; page < 10; ++page) {
      const Json body = call("ListKeys", input).body;
      EXPECT_LE(body.at("Keys").size(), static_cast<std::size_t>(limit));
      for (const Json& key : body.at("Keys")) {
        listed.push_back(key.at("KeyId").get<std::string>());
      }
      EXPECT_EQ(body.contains("NextMarker"), body.at("Truncated").get<bool>());
      if (!body.at("Truncated").get<bool>()) {
        break;
      }
      input["Marker"] = body.at("NextMarker");
    }
    EXPECT_EQ(listed, made) << "in order of creation";
  }
  const Json first = call("ListKeys", Json{{"Limit", 2}}).body;
  EXPECT_EQ(fault("ListKeys", Json{{"Marker", "Zm9yZ2Vk"}}), "InvalidMarkerException");
  EXPECT_EQ(fault("ListAliases", Json{{"Marker", first.at("NextMarker")}}),
            "InvalidMarkerException");
  // The last key shown goes, and one comes: what stayed is neither skipped nor repeated.
  ASSERT_EQ(fault("ScheduleKeyDeletion", Json{{"KeyId", made[1]}, {"PendingWindowInDays", 7}}), "");
  clock.now_ms += 7 * kDayMs;
  const Json second = call("ListKeys", Json{{"Limit", 2}, {"Marker", first.at("NextMarker")}}).body;
  EXPECT_EQ(second.at("Keys").at(0).at("KeyId"), made[2]);
}

TEST_F(Keys, TagsAndPoliciesAreKept) {
  const std::string key = make_key();
  Json tag{{"KeyId", key}};
  tag["Tags"] = Json::array({Json{{"TagKey", "team"}, {"TagValue", "blue"}},
                             Json{{"TagKey", "team"}, {"TagValue", "red"}}});
  EXPECT_EQ(fault("TagResource", tag), "TagException");
  tag["Tags"].erase(1);
  EXPECT_EQ(fault("TagResource", tag), "");
  EXPECT_EQ(call("ListResourceTags", Json{{"KeyId", key}}).body.at("Tags"), tag["Tags"]);
  EXPECT_EQ(fault("TagResource", Json{{"KeyId", key}}), "ValidationException");
  EXPECT_EQ(fault("UntagResource", Json{{"KeyId", key}}), "ValidationException");
  EXPECT_EQ(fault("UntagResource", Json{{"KeyId", key}, {"TagKeys", Json::array({"team"})}}), "");
  EXPECT_EQ(call("ListResourceTags", Json{{"KeyId", key}}).body.at("Tags"), Json::array());

  const Json policy = Json::parse(call("GetKeyPolicy", Json{{"KeyId", key}}).text("Policy"));
  EXPECT_EQ(policy.at("Statement").at(0).at("Action"), "kms:*");
  const auto put = [&](const std::string& text) {
    return fault("PutKeyPolicy", Json{{"KeyId", key}, {"Policy", text}});
  };
  EXPECT_EQ(put("hello"), "MalformedPolicyDocumentException");
  EXPECT_EQ(put("{}"), "MalformedPolicyDocumentException");
  const std::string good = R"({"Statement":[{"Effect":"Allow"}]})";
  EXPECT_EQ(put(good), "");
  EXPECT_EQ(put(good + std::string(32'768, ' ')), "LimitExceededException");
  EXPECT_EQ(call("GetKeyPolicy", Json{{"KeyId", key}}).text("Policy"), good);
  EXPECT_EQ(fault("GetKeyPolicy", Json{{"KeyId", key}, {"PolicyName", "x"}}), "NotFoundException");
  EXPECT_EQ(call("ListKeyPolicies", Json{{"KeyId", key}}).body.at("PolicyNames"),
            Json::array({"default"}));
}

TEST_F(Keys, WhatKeysOfExternalStoresCannotDoIsRefused) {
  const std::string key = make_key();
  for (const char* operation : {"EnableKeyRotation",
                                "DisableKeyRotation",
                                "GetKeyRotationStatus",
                                "RotateKeyOnDemand",
                                "ListKeyRotations",
                                "GetParametersForImport",
                                "ImportKeyMaterial",
                                "DeleteImportedKeyMaterial",
                                "GenerateDataKeyPair",
                                "GenerateDataKeyPairWithoutPlaintext",
                                "GetPublicKey",
                                "Sign",
                                "Verify",
                                "DeriveSharedSecret",
                                "GenerateMac",
                                "VerifyMac",
                                "ReplicateKey",
                                "UpdatePrimaryRegion"}) {
    EXPECT_EQ(fault(operation, Json{{"KeyId", key}}), "UnsupportedOperationException") << operation;
    EXPECT_EQ(fault(operation, Json{{"KeyId", "nope"}}), "NotFoundException") << operation;
  }
}

}  // namespace
}  // namespace tercet::kms::test
