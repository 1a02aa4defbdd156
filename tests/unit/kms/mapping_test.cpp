// Every row of the KMS front end reference, section 9, provoked at a real proxy.

#include <ostream>

#include "tests/unit/kms/kms_fixture.h"

namespace tercet::kms::test {
namespace {

class Row {
 public:
  std::string provoke;  ///< an errorName, or one of the words in answer_of
  std::string store;
  std::string connection;
  std::string create_key;
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
void PrintTo(const Row& row, std::ostream* out) {
  *out << row.provoke;
}

Scripted answer_of(const std::string& provoke) {
  if (provoke == "not JSON") {
    return Scripted(200, "hello");
  }
  if (provoke == "no members") {
    return Scripted(200, "{}");
  }
  if (provoke == "error without JSON") {
    return Scripted(503, "<html>");
  }
  if (provoke == "error without a name") {
    return Scripted(400, R"({"errorMessage":"x"})");
  }
  if (provoke == "too large") {
    return Scripted(200, "{\"a\":\"" + std::string(70'000, 'x') + "\"}");
  }
  if (provoke == "silence") {
    return Scripted::silence();
  }
  return Scripted::error(400, provoke);
}

constexpr const char* kResponse = "XksProxyInvalidResponseException";
constexpr const char* kConfiguration = "XksProxyInvalidConfigurationException";
constexpr const char* kUnreachable = "XksProxyUriUnreachableException";
constexpr const char* kStoreState = "CustomKeyStoreInvalidStateException";
constexpr const char* kBadKey = "XksKeyInvalidConfigurationException";
constexpr const char* kBadResponse = "XKS_PROXY_INVALID_RESPONSE";

std::vector<Row> rows() {
  return {
      {"ValidationException", kResponse, kBadResponse, kStoreState},
      {"not JSON", kResponse, kBadResponse, kStoreState},
      {"no members", kResponse, kBadResponse, kStoreState},
      {"error without JSON", kResponse, kBadResponse, kStoreState},
      {"error without a name", kResponse, kBadResponse, kStoreState},
      {"too large", kResponse, kBadResponse, kStoreState},
      {"MadeUpException", kResponse, kBadResponse, kStoreState},
      {"InternalException", kResponse, kBadResponse, kStoreState},
      {"AuthenticationFailedException",
       "XksProxyIncorrectAuthenticationCredentialException",
       "INVALID_CREDENTIALS",
       kStoreState},
      {"InvalidUriPathException", kConfiguration, "XKS_PROXY_INVALID_CONFIGURATION", kStoreState},
      {"AccessDeniedException", kConfiguration, "XKS_PROXY_ACCESS_DENIED", kStoreState},
      {"KeyNotFoundException", kResponse, kBadResponse, "XksKeyNotFoundException"},
      {"InvalidStateException", kResponse, kBadResponse, kBadKey},
      {"InvalidKeyUsageException", kResponse, kBadResponse, kBadKey},
      {"UnsupportedOperationException", kResponse, kBadResponse, kStoreState},
      {"InvalidCiphertextException", kResponse, kBadResponse, kStoreState},
      {"ThrottlingException", kUnreachable, "XKS_PROXY_NOT_REACHABLE", kStoreState},
      {"DependencyTimeoutException", kUnreachable, "XKS_PROXY_TIMED_OUT", kStoreState},
      {"silence", kUnreachable, "XKS_PROXY_TIMED_OUT", kStoreState},
  };
}

class ErrorMapping : public KmsTest, public ::testing::WithParamInterface<Row> {
 protected:
  /// Makes store and key with a proxy that behaves, then provokes.
  void prepare() {
    make_connected_store();
    key_ = make_key();
    blob_ = encrypt(key_);
    if (GetParam().provoke == "silence") {
      options_for_silence();
    }
    proxy.script = [](const Seen& /*any*/) { return answer_of(GetParam().provoke); };
  }

  /// A short limit, and only while the proxy is silent: nothing else may run into it.
  void options_for_silence() {
    folder_ = std::make_unique<::tercet::test::TemporaryDirectory>();
    proxy.script = nullptr;
    options.state_folder = folder_->file("kms");
    start();
    make_connected_store();
    key_ = make_key();
    blob_ = encrypt(key_);
    options.xks_timeout = Milliseconds(150);
    options.xks_retries = 0;
    start();
  }

  std::unique_ptr<::tercet::test::TemporaryDirectory> folder_;
  std::string key_;
  std::string blob_;
};

TEST_P(ErrorMapping, MakesTheExceptionsOfTheTable) {
  prepare();
  Json second = store_input("second");
  second["XksProxyUriPath"] = "/other/kms/xks/v1";
  EXPECT_EQ(fault("CreateCustomKeyStore", second), GetParam().store);
  EXPECT_EQ(fault("UpdateCustomKeyStore",
                  Json{{"CustomKeyStoreId", store}, {"XksProxyUriPath", "/other/kms/xks/v1"}}),
            GetParam().store);
  EXPECT_EQ(described(store).at("XksProxyConfiguration").at("UriPath"), ScriptedProxy::kPath);
  EXPECT_EQ(fault("CreateKey",
                  Json{{"Origin", "EXTERNAL_KEY_STORE"},
                       {"CustomKeyStoreId", store},
                       {"XksKeyId", "ext-2"}}),
            GetParam().create_key);
  const std::string crypto = "KMSInvalidStateException";
  EXPECT_EQ(fault("Encrypt", Json{{"KeyId", key_}, {"Plaintext", kHello}}), crypto);
  EXPECT_EQ(fault("GenerateDataKey", Json{{"KeyId", key_}, {"KeySpec", "AES_256"}}), crypto);
  EXPECT_EQ(fault("ReEncrypt", Json{{"CiphertextBlob", blob_}, {"DestinationKeyId", key_}}),
            crypto);
  const Reply decrypted = call("Decrypt", Json{{"CiphertextBlob", blob_}});
  EXPECT_EQ(decrypted.fault(), crypto);
  EXPECT_EQ(decrypted.text("message").find("scripted"), std::string::npos)
      << "the proxy's own words are not for the caller";
  if (GetParam().provoke == "silence") {
    EXPECT_NE(decrypted.text("message").find("external key store proxy did not respond in time"),
              std::string::npos);
  }
  // A failure changes no state; a connect that fails does.
  EXPECT_EQ(described(store).at("ConnectionState"), "CONNECTED");
  EXPECT_EQ(key_state(key_), "Enabled");
  EXPECT_EQ(fault("DisconnectCustomKeyStore", Json{{"CustomKeyStoreId", store}}), "");
  EXPECT_EQ(fault("ConnectCustomKeyStore", Json{{"CustomKeyStoreId", store}}), "");
  EXPECT_EQ(settled(store), "FAILED");
  EXPECT_EQ(described(store).at("ConnectionErrorCode"), GetParam().connection);
}

INSTANTIATE_TEST_SUITE_P(Section9, ErrorMapping, ::testing::ValuesIn(rows()), [](const auto& row) {
  std::string name;
  for (const char c : row.param.provoke) {
    if (c != ' ') {
      name += c;
    }
  }
  return name;
});

using Unreachable = KmsTest;

TEST_F(Unreachable, NoTcpConnection) {
  Json input = store_input();
  input["XksProxyUriEndpoint"] = "https://localhost:1";
  EXPECT_EQ(fault("CreateCustomKeyStore", input), kUnreachable);
}

TEST_F(Unreachable, NoTlsOnThePort) {
  HttpServerOptions plain_options;
  plain_options.listener.address = "127.0.0.1:0";
  plain_options.header_limit = Milliseconds(20);  // it waits for the end of a line
  auto plain = HttpServer::bind(context_.get_executor(),
                                std::move(plain_options),
                                [](HttpRequest /*request*/) -> Task<HttpResponse> {
                                  co_return HttpResponse(200);
                                })
                   .value();
  TaskGroup running(context_.get_executor());
  running.spawn(plain->run());
  Json input = store_input();
  input["XksProxyUriEndpoint"] = "https://localhost:" + std::to_string(plain->port());
  EXPECT_EQ(fault("CreateCustomKeyStore", input), kConfiguration);
  plain->close();
  block_until_joined(running);
}

TEST_F(Unreachable, ACertificateOfAnotherName) {
  ScriptedProxy other(context_.get_executor(), clock, "elsewhere.example");
  Json input = store_input();
  input["XksProxyUriEndpoint"] = other.endpoint();
  EXPECT_EQ(fault("CreateCustomKeyStore", input), kConfiguration);
  EXPECT_TRUE(other.seen.empty()) << "nothing may be sent to a server with the wrong name";
  stop_proxy(other);
}

TEST_F(Unreachable, AnAuthorityThatIsNotTrusted) {
  options.xks_ca.clear();
  start();
  EXPECT_EQ(fault("CreateCustomKeyStore", store_input()), kConfiguration);
}

TEST_F(Unreachable, AProxyThatWantsAClientCertificate) {
  ScriptedProxy mutual(context_.get_executor(), clock, "localhost", ProxyFiles::kClientName);
  Json input = store_input();
  input["XksProxyUriEndpoint"] = mutual.endpoint();
  EXPECT_EQ(fault("CreateCustomKeyStore", input), kConfiguration);
  const std::string identity = ProxyFiles::get().file(ProxyFiles::kClientName);
  options.mtls_certificate = identity + ".crt";
  options.mtls_key = identity + ".key";
  start();
  EXPECT_EQ(fault("CreateCustomKeyStore", input), "");
  stop_proxy(mutual);
}

TEST_F(Unreachable, AConnectThatCannotReachTheProxySaysWhy) {
  make_store();
  Json moved{{"CustomKeyStoreId", store}};
  stop_proxy(proxy);
  EXPECT_EQ(fault("ConnectCustomKeyStore", moved), "");
  EXPECT_EQ(settled(store), "FAILED");
  EXPECT_EQ(described(store).at("ConnectionErrorCode"), "XKS_PROXY_NOT_REACHABLE");
}

}  // namespace
}  // namespace tercet::kms::test
