// Custom key stores: uniqueness, connection states, updates, health.

#include "tests/unit/kms/kms_fixture.h"

namespace tercet::kms::test {
namespace {

constexpr const char* kWrongState = "CustomKeyStoreInvalidStateException";

class Stores : public KmsTest {
 protected:
  Json id() const { return Json{{"CustomKeyStoreId", store}}; }

  std::string update(const char* member, const Json& value) {
    Json input = id();
    input[member] = value;
    return fault("UpdateCustomKeyStore", input);
  }

  std::string connection() { return described(store).at("ConnectionState").get<std::string>(); }
};

Json with(Json input, const char* member, const Json& value) {
  input[member] = value;
  return input;
}

TEST_F(Stores, ADescriptionHasNoSecret) {
  make_store();
  const Json shown = described(store);
  EXPECT_EQ(shown.at("CustomKeyStoreName"), "demo");
  EXPECT_EQ(shown.at("ConnectionState"), "DISCONNECTED");
  EXPECT_EQ(shown.at("CustomKeyStoreType"), "EXTERNAL_KEY_STORE");
  EXPECT_EQ(shown.at("XksProxyConfiguration").at("UriEndpoint"), proxy.endpoint());
  EXPECT_FALSE(shown.contains("ConnectionErrorCode"));
  EXPECT_EQ(shown.dump().find(ScriptedProxy::kSecret), std::string::npos);
  EXPECT_EQ(proxy.last("health").about().at("kmsOperation"), "CreateCustomKeyStore");
  EXPECT_EQ(proxy.last("health").host, "localhost:" + std::to_string(proxy.port()));
}

TEST_F(Stores, CreatingChecksItsParameters) {
  const Json good = store_input();
  const auto create = [&](const Json& input) { return fault("CreateCustomKeyStore", input); };
  Json no_type = good;
  no_type.erase("CustomKeyStoreType");
  EXPECT_EQ(create(no_type), "UnsupportedOperationException");
  EXPECT_EQ(create(with(good, "CustomKeyStoreType", "AWS_CLOUDHSM")),
            "UnsupportedOperationException");
  const std::string invalid = "ValidationException";
  EXPECT_EQ(create(with(good, "CloudHsmClusterId", "cluster-1")), invalid);
  EXPECT_EQ(create(with(good, "XksProxyUriPath", nullptr)), invalid);
  EXPECT_EQ(create(with(good, "XksProxyConnectivity", "VPC_ENDPOINT_SERVICE")), invalid);
  EXPECT_EQ(create(with(good,
                        "XksProxyVpcEndpointServiceName",
                        "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789")),
            invalid);
  EXPECT_EQ(create(with(good, "XksProxyUriPath", "/no/version")), invalid);
  EXPECT_EQ(create(with(good, "XksProxyUriEndpoint", "http://localhost")), invalid);
  Json short_secret = good;
  short_secret["XksProxyAuthenticationCredential"]["RawSecretAccessKey"] = "tooshort";
  const Reply refused = call("CreateCustomKeyStore", short_secret);
  EXPECT_EQ(refused.fault(), invalid);
  EXPECT_EQ(refused.text("message").find("tooshort"), std::string::npos)
      << "secrets are not quoted";
  EXPECT_TRUE(proxy.seen.empty()) << "parameters are checked before the proxy is asked";
  EXPECT_EQ(call("DescribeCustomKeyStores", Json::object()).body.at("CustomKeyStores").size(), 0U);
}

TEST_F(Stores, StrictRefusesAPort) {
  options.strict = true;
  options.connect_to["proxy.example:443"] = "127.0.0.1:" + std::to_string(proxy.port());
  options.connect_to["localhost:443"] = "127.0.0.1:" + std::to_string(proxy.port());
  start();
  EXPECT_EQ(fault("CreateCustomKeyStore", store_input()), "ValidationException");
  Json input = with(store_input(), "XksProxyUriEndpoint", "https://localhost");
  EXPECT_EQ(fault("CreateCustomKeyStore", input), "");
  EXPECT_EQ(proxy.last("health").host, "localhost") << "without a port, as it was signed";
  input = with(store_input("other"), "XksProxyUriEndpoint", "https://proxy.example");
  EXPECT_EQ(fault("CreateCustomKeyStore", input), "XksProxyInvalidConfigurationException")
      << "the certificate is checked against the name, wherever it leads";
}

TEST_F(Stores, NamesAndAddressesAreUnique) {
  make_store();
  const auto create = [&](const Json& input) { return fault("CreateCustomKeyStore", input); };
  const Json second = with(store_input(), "XksProxyUriPath", ScriptedProxy::kSecondPath);
  EXPECT_EQ(create(second), "CustomKeyStoreNameInUseException");
  EXPECT_EQ(create(store_input("other")), "XksProxyUriInUseException");
  Json vpc = with(second, "CustomKeyStoreName", "vpc");
  vpc["XksProxyConnectivity"] = "VPC_ENDPOINT_SERVICE";
  vpc["XksProxyVpcEndpointServiceName"] = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789";
  EXPECT_EQ(create(vpc), "XksProxyUriEndpointInUseException");
  vpc["XksProxyUriEndpoint"] = "https://elsewhere.example";
  EXPECT_EQ(create(vpc), "") << "not probed: nothing listens there";
  vpc["CustomKeyStoreName"] = "vpc2";
  vpc["XksProxyUriEndpoint"] = "https://third.example";
  EXPECT_EQ(create(vpc), "XksProxyVpcEndpointServiceInUseException");
  EXPECT_EQ(create(with(second, "CustomKeyStoreName", "other")), "")
      << "another path is another store";
  ASSERT_EQ(fault("DeleteCustomKeyStore", id()), "");
  EXPECT_EQ(create(store_input()), "") << "free again";
}

TEST_F(Stores, ThereAreTenAtMost) {
  for (int i = 0; i < 10; ++i) {
    Json vpc =
        with(store_input("s" + std::to_string(i)), "XksProxyConnectivity", "VPC_ENDPOINT_SERVICE");
    vpc["XksProxyUriEndpoint"] = "https://p" + std::to_string(i) + ".example";
    vpc["XksProxyVpcEndpointServiceName"] =
        "com.amazonaws.vpce.us-east-1.vpce-svc-" + std::to_string(i);
    ASSERT_EQ(fault("CreateCustomKeyStore", vpc), "");
  }
  EXPECT_EQ(fault("CreateCustomKeyStore", store_input()), "LimitExceededException");
  const Json page = call("DescribeCustomKeyStores", Json{{"Limit", 3}}).body;
  EXPECT_EQ(page.at("CustomKeyStores").size(), 3U);
  EXPECT_EQ(page.at("Truncated"), true);
}

TEST_F(Stores, ConnectionStatesFollowTheTable) {
  make_store();
  const auto connect = [&] { return fault("ConnectCustomKeyStore", id()); };
  const auto disconnect = [&] { return fault("DisconnectCustomKeyStore", id()); };
  EXPECT_EQ(disconnect(), kWrongState);
  EXPECT_EQ(fault("DeleteCustomKeyStore", Json{{"CustomKeyStoreId", "cks-0"}}),
            "CustomKeyStoreNotFoundException");
  EXPECT_EQ(connect(), "");
  EXPECT_EQ(connection(), "CONNECTING");
  EXPECT_EQ(connect(), "") << "nothing new";
  EXPECT_EQ(settled(store), "CONNECTED");
  EXPECT_EQ(proxy.last("health").about().at("kmsOperation"), "ConnectCustomKeyStore");
  EXPECT_EQ(connect(), "");
  EXPECT_EQ(connection(), "CONNECTED");
  EXPECT_EQ(fault("DeleteCustomKeyStore", id()), kWrongState);
  const std::size_t before = proxy.seen.size();
  EXPECT_EQ(disconnect(), "");
  EXPECT_EQ(connection(), "DISCONNECTED");
  EXPECT_EQ(proxy.seen.size(), before) << "disconnecting does not reach the proxy";
  proxy.script = [](const Seen& /*any*/) { return Scripted::error(403, "AccessDeniedException"); };
  EXPECT_EQ(connect(), "");
  EXPECT_EQ(settled(store), "FAILED");
  EXPECT_EQ(connect(), kWrongState) << "disconnect first";
  EXPECT_EQ(update("NewCustomKeyStoreName", "x"), kWrongState);
  EXPECT_EQ(disconnect(), "");
  EXPECT_EQ(connection(), "DISCONNECTED");
  EXPECT_FALSE(described(store).contains("ConnectionErrorCode"));
}

TEST_F(Stores, AStoreThatIsConnectingStaysAsItIs) {
  options.connect_delay = Milliseconds(3'600'000);
  start();
  make_store();
  EXPECT_EQ(fault("ConnectCustomKeyStore", id()), "");
  EXPECT_EQ(update("NewCustomKeyStoreName", "x"), kWrongState);
  EXPECT_EQ(fault("DeleteCustomKeyStore", id()), kWrongState);
  EXPECT_EQ(fault("CreateKey",
                  Json{{"Origin", "EXTERNAL_KEY_STORE"},
                       {"CustomKeyStoreId", store},
                       {"XksKeyId", "ext-1"}}),
            kWrongState);
  EXPECT_EQ(connection(), "CONNECTING");
  EXPECT_EQ(fault("DisconnectCustomKeyStore", id()), "");
  EXPECT_EQ(connection(), "DISCONNECTED");
  EXPECT_EQ(update("NewCustomKeyStoreName", "x"), "");
}

TEST_F(Stores, DisconnectingCancelsAConnect) {
  make_store();
  EXPECT_EQ(fault("ConnectCustomKeyStore", id()), "");
  EXPECT_EQ(fault("DisconnectCustomKeyStore", id()), "");
  EXPECT_EQ(fault("ConnectCustomKeyStore", id()), "");
  EXPECT_EQ(settled(store), "CONNECTED");
  EXPECT_EQ(fault("DisconnectCustomKeyStore", id()), "");
  pause(Milliseconds(20));
  EXPECT_EQ(connection(), "DISCONNECTED") << "the first connect has no effect any more";
}

TEST_F(Stores, HealthIsReadAsTheReferenceSays) {
  const auto create_with = [&](const char* member, const Json& value) {
    const Json before = proxy.health;
    proxy.health[member] = value;
    const std::string name = fault("CreateCustomKeyStore", store_input());
    proxy.health = before;
    return name;
  };
  const Json active{{"id", "1"}, {"model", "m"}, {"healthStatus", "ACTIVE"}};
  const Json gone{{"id", "2"}, {"model", "m"}, {"healthStatus", "UNAVAILABLE"}};
  const std::string malformed = "XksProxyInvalidResponseException";
  EXPECT_EQ(create_with("ekmFleetDetails", Json::array()), malformed);
  EXPECT_EQ(create_with("ekmFleetDetails", Json(11, active)), malformed);
  EXPECT_EQ(create_with("xksProxyFleetSize", 0), malformed);
  EXPECT_EQ(create_with("xksProxyFleetSize", "2"), malformed);
  EXPECT_EQ(create_with("xksProxyFleetSize", 1.5), malformed);
  EXPECT_EQ(create_with("ekmVendor", nullptr), malformed);
  Json odd = active;
  odd["healthStatus"] = "FINE";
  EXPECT_EQ(create_with("ekmFleetDetails", Json::array({odd})), malformed);
  EXPECT_EQ(create_with("ekmFleetDetails", Json(3, gone)), "XksProxyUriUnreachableException");
  Json mostly = Json(9, gone);
  mostly.push_back(active);
  EXPECT_EQ(create_with("ekmFleetDetails", mostly), "");
}

TEST_F(Stores, AnUpdateIsProbedBeforeAnythingChanges) {
  make_connected_store();
  const std::string key = make_key();
  Json credential{{"AccessKeyId", "ZZZZZZZZZZZZZZZZZZZZ"},
                  {"RawSecretAccessKey", ScriptedProxy::kSecret}};
  EXPECT_EQ(update("XksProxyAuthenticationCredential", credential),
            "XksProxyIncorrectAuthenticationCredentialException");
  EXPECT_EQ(described(store).at("XksProxyConfiguration").at("AccessKeyId"),
            ScriptedProxy::kAccessKeyId);
  EXPECT_EQ(fault("Encrypt", Json{{"KeyId", key}, {"Plaintext", kHello}}), "")
      << "the old one works";
  proxy.credentials["ZZZZZZZZZZZZZZZZZZZZ"] = ScriptedProxy::kSecret;
  EXPECT_EQ(update("XksProxyAuthenticationCredential", credential), "");
  EXPECT_EQ(proxy.last("health").about().at("kmsOperation"), "UpdateCustomKeyStore");
  proxy.credentials.erase(ScriptedProxy::kAccessKeyId);
  EXPECT_EQ(fault("Encrypt", Json{{"KeyId", key}, {"Plaintext", kHello}}), "")
      << "the new one is used";
  EXPECT_EQ(update("XksProxyUriPath", ScriptedProxy::kSecondPath), "");
  EXPECT_EQ(update("XksProxyUriEndpoint", "https://localhost:1"), kWrongState);
  EXPECT_EQ(update("XksProxyConnectivity", "VPC_ENDPOINT_SERVICE"), kWrongState);
  const std::size_t before = proxy.seen.size();
  EXPECT_EQ(update("NewCustomKeyStoreName", "renamed"), "");
  EXPECT_EQ(proxy.seen.size(), before) << "a name needs no probe";
  ASSERT_EQ(fault("DisconnectCustomKeyStore", id()), "");
  EXPECT_EQ(update("XksProxyUriEndpoint", "https://localhost:1"),
            "XksProxyUriUnreachableException");
  EXPECT_EQ(described(store).at("XksProxyConfiguration").at("UriEndpoint"), proxy.endpoint());
  EXPECT_EQ(update("XksProxyConnectivity", "VPC_ENDPOINT_SERVICE"), "ValidationException")
      << "a new endpoint is needed too";
}

TEST_F(Stores, AStoreWithKeysStays) {
  make_connected_store();
  const std::string key = make_key();
  ASSERT_EQ(fault("DisconnectCustomKeyStore", id()), "");
  EXPECT_EQ(fault("DeleteCustomKeyStore", id()), "CustomKeyStoreHasCMKsException");
  ASSERT_EQ(fault("ScheduleKeyDeletion", Json{{"KeyId", key}, {"PendingWindowInDays", 7}}), "");
  EXPECT_EQ(fault("DeleteCustomKeyStore", id()), "CustomKeyStoreHasCMKsException");
  clock.now_ms += 7LL * 86'400'000;
  EXPECT_EQ(fault("DeleteCustomKeyStore", id()), "");
}

}  // namespace
}  // namespace tercet::kms::test
