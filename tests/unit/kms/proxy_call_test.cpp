// How the proxy is called: time limits, retries, kept connections, concurrency, metadata, metrics.

#include "core/async/block_on.h"
#include "core/async/event.h"
#include "core/async/task_group.h"
#include "tests/unit/kms/kms_fixture.h"

namespace tercet::kms::test {
namespace {

constexpr Milliseconds kGenerous{60'000};

class ProxyCalls : public KmsTest {
 protected:
  /// A state in a folder, so that options can change under it.
  void prepare() {
    options.state_folder = folder_.file("kms");
    start();
    make_connected_store();
    key_ = make_key();
  }

  std::string encrypt_fault() {
    return fault("Encrypt", Json{{"KeyId", key_}, {"Plaintext", kHello}});
  }

  static Task<void> arrive(Event& all_here, std::size_t& here, std::size_t callers) {
    if (++here == callers) {
      all_here.set();
    }
    co_await all_here.wait_uncancelled();
  }

  static Task<void> held(Event& release, const Seen& seen) {
    if (seen.operation == "encrypt") {
      co_await release.wait_uncancelled();
    }
  }

  /// Starts so many encryptions and waits until the proxy has them all.
  void encrypt_at_once(std::size_t callers, TaskGroup& group, std::size_t& good) {
    const std::size_t expected = proxy.count("encrypt") + callers;
    const Json input{{"KeyId", key_}, {"Plaintext", kHello}};
    for (std::size_t i = 0; i < callers; ++i) {
      group.spawn(encrypt_and_count(signed_request("Encrypt", input.dump()), good));
    }
    for (int i = 0; i < 10'000 && proxy.count("encrypt") < expected; ++i) {
      pause(Milliseconds(1));
    }
    EXPECT_EQ(proxy.count("encrypt"), expected);
  }

  std::string metrics() {
    const HttpResponse response =
        block_on(context_, service->handle(HttpRequest("GET", "/metrics")));
    return std::string(as_text(response.body));
  }

  Task<void> encrypt_and_count(HttpRequest request, std::size_t& good) {
    const Reply reply = co_await send_task(std::move(request));
    good += reply.ok() ? 1U : 0U;
  }

  ::tercet::test::TemporaryDirectory folder_;
  std::string key_;
};

TEST_F(ProxyCalls, ATimeOutIsTriedOnceMore) {
  prepare();
  int silent = 1;
  proxy.script = [&silent](const Seen& /*any*/) {
    return silent-- > 0 ? std::optional<Scripted>(Scripted::silence()) : std::nullopt;
  };
  options.xks_timeout = Milliseconds(1000);
  start();
  const std::size_t before = proxy.count("encrypt");
  EXPECT_EQ(encrypt_fault(), "");
  EXPECT_EQ(proxy.count("encrypt"), before + 2);
}

TEST_F(ProxyCalls, WithoutRetriesALateAnswerIsLate) {
  prepare();
  options.xks_retries = 0;
  options.xks_timeout = Milliseconds(50);
  start();
  proxy.script = [](const Seen& /*any*/) { return Scripted::silence(); };
  const std::size_t before = proxy.count("encrypt");
  EXPECT_EQ(encrypt_fault(), "KMSInvalidStateException");
  EXPECT_LE(proxy.count("encrypt"), before + 1);
}

TEST_F(ProxyCalls, AnErrorIsNotTriedAgain) {
  prepare();
  proxy.script = [](const Seen& /*any*/) { return Scripted::error(500, "InternalException"); };
  const std::size_t before = proxy.count("encrypt");
  EXPECT_EQ(encrypt_fault(), "KMSInvalidStateException");
  EXPECT_EQ(proxy.count("encrypt"), before + 1);
}

TEST_F(ProxyCalls, ADeadKeptConnectionIsReplaced) {
  prepare();
  ASSERT_EQ(encrypt_fault(), "");
  const std::size_t before = proxy.count("encrypt");
  proxy.drop_connections();
  pause(Milliseconds(20));
  EXPECT_EQ(encrypt_fault(), "");
  EXPECT_EQ(proxy.count("encrypt"), before + 1);
}

TEST_F(ProxyCalls, ManyAreUnderWayAtOnce) {
  prepare();
  constexpr std::size_t kCallers = 200;
  options.xks_timeout = kGenerous;
  start();
  // No call is answered before all have arrived: if one waited for another, none would end.
  Event all_here(context_.get_executor());
  std::size_t here = 0;
  proxy.before_answer = [&](const Seen& /*any*/) -> Task<void> {
    return arrive(all_here, here, kCallers);
  };
  TaskGroup callers(context_.get_executor());
  std::size_t good = 0;
  for (std::size_t i = 0; i < kCallers; ++i) {
    const Json input{{"KeyId", key_}, {"Plaintext", kHello}};
    callers.spawn(encrypt_and_count(signed_request("Encrypt", input.dump()), good));
  }
  block_on(context_, callers.join());
  EXPECT_EQ(good, kCallers);
}

TEST_F(ProxyCalls, CallsUnderWaySurviveAChangeOfCredential) {
  prepare();
  constexpr std::size_t kCallers = 20;
  Event release(context_.get_executor());
  proxy.before_answer = [&release](const Seen& seen) { return held(release, seen); };
  TaskGroup callers(context_.get_executor());
  std::size_t good = 0;
  encrypt_at_once(kCallers, callers, good);
  const std::string fresh = "ZZZZZZZZZZZZZZZZZZZZ";
  proxy.credentials[fresh] = ScriptedProxy::kSecret;
  Json update{{"CustomKeyStoreId", store}};
  update["XksProxyAuthenticationCredential"] =
      Json{{"AccessKeyId", fresh}, {"RawSecretAccessKey", ScriptedProxy::kSecret}};
  EXPECT_EQ(fault("UpdateCustomKeyStore", update), "");
  EXPECT_EQ(good, 0U) << "they are still held";
  release.set();
  block_on(context_, callers.join());
  EXPECT_EQ(good, kCallers);
  EXPECT_EQ(encrypt_fault(), "");
}

TEST_F(ProxyCalls, ACallWhoseCallerHasGoneIsNoFailureOfTheProxy) {
  prepare();
  constexpr std::size_t kCallers = 2;
  Event release(context_.get_executor());
  proxy.before_answer = [&release](const Seen& seen) { return held(release, seen); };
  TaskGroup callers(context_.get_executor());
  std::size_t good = 0;
  encrypt_at_once(kCallers, callers, good);
  release.set();
  block_on(context_, callers.join());
  ASSERT_EQ(good, kCallers) << "two connections are kept now";
  const std::uint64_t connections = proxy.connections();
  release.reset();
  encrypt_at_once(1, callers, good);
  callers.cancel();
  block_on(context_, callers.join());
  release.set();
  EXPECT_EQ(encrypt_fault(), "");
  EXPECT_EQ(proxy.connections(), connections) << "the other connection is still kept";
  EXPECT_EQ(metrics().find("XksProxyUnreachableException"), std::string::npos);
}

TEST_F(ProxyCalls, RequestMetadataIsThatOfTheTable) {
  prepare();
  const std::string arn = "arn:aws:kms:us-east-1:111122223333:key/";
  const Reply sealed = call("Encrypt", Json{{"KeyId", key_}, {"Plaintext", kHello}});
  const Json about = proxy.last("encrypt").about();
  EXPECT_EQ(about.at("awsPrincipalArn"), "arn:aws:iam::111122223333:user/alice");
  EXPECT_EQ(about.at("kmsOperation"), "Encrypt");
  EXPECT_EQ(about.at("kmsKeyArn"), arn + key_);
  EXPECT_EQ(about.at("kmsRequestId"), sealed.request_id);
  EXPECT_FALSE(about.contains("kmsViaService"));
  EXPECT_FALSE(about.contains("awsSourceVpc"));
  const std::string second = make_key("ext-2");
  const Reply moved =
      call("ReEncrypt",
           Json{{"CiphertextBlob", sealed.text("CiphertextBlob")}, {"DestinationKeyId", second}});
  ASSERT_TRUE(moved.ok()) << moved.body;
  EXPECT_EQ(proxy.last("decrypt").about().at("kmsKeyArn"), arn + key_);
  EXPECT_EQ(proxy.last("encrypt").about().at("kmsKeyArn"), arn + second);
  EXPECT_EQ(proxy.last("decrypt").key_id, "ext-1");
  EXPECT_EQ(proxy.last("encrypt").key_id, "ext-2");
  for (const char* half : {"decrypt", "encrypt"}) {
    EXPECT_EQ(proxy.last(half).about().at("kmsOperation"), "ReEncrypt");
    EXPECT_EQ(proxy.last(half).about().at("kmsRequestId"), moved.request_id);
  }
  ASSERT_TRUE(
      call("GenerateDataKeyWithoutPlaintext", Json{{"KeyId", key_}, {"NumberOfBytes", 1}}).ok());
  EXPECT_EQ(proxy.last("encrypt").about().at("kmsOperation"), "GenerateDataKeyWithoutPlaintext");
  EXPECT_FALSE(proxy.last("health").about().contains("awsPrincipalArn"));
}

TEST_F(ProxyCalls, LocalOperationsDoNotReachTheProxy) {
  prepare();
  const std::size_t before = proxy.seen.size();
  EXPECT_EQ(fault("DescribeKey", Json{{"KeyId", key_}}), "");
  EXPECT_EQ(fault("ListKeys", Json::object()), "");
  EXPECT_EQ(fault("GenerateRandom", Json{{"NumberOfBytes", 16}}), "");
  EXPECT_EQ(fault("DisableKey", Json{{"KeyId", key_}}), "");
  EXPECT_EQ(fault("EnableKey", Json{{"KeyId", key_}}), "");
  EXPECT_EQ(fault("DisconnectCustomKeyStore", Json{{"CustomKeyStoreId", store}}), "");
  EXPECT_EQ(proxy.seen.size(), before);
}

TEST_F(ProxyCalls, ConnectedStoresAreLookedAfter) {
  options.health_interval = Milliseconds(5);
  prepare();
  for (int i = 0; i < 10'000; ++i) {
    if (proxy.last("health").about().at("kmsOperation") == "KmsHealthCheck") {
      break;
    }
    pause(Milliseconds(1));
  }
  EXPECT_EQ(proxy.last("health").about().at("kmsOperation"), "KmsHealthCheck");
}

TEST_F(ProxyCalls, MetricsSayWhatCloudWatchWould) {
  prepare();
  ASSERT_EQ(encrypt_fault(), "");
  proxy.script = [](const Seen& /*any*/) { return Scripted::error(429, "ThrottlingException"); };
  ASSERT_NE(encrypt_fault(), "");
  const std::string text = metrics();
  const std::string first = "{custom_key_store_id=\"" + store + "\",";
  const std::string last =
      "key_spec=\"SYMMETRIC_DEFAULT\",kms_operation=\"Encrypt\",xks_operation=\"Encrypt\"} ";
  const std::string latency = "tercet_kms_xks_proxy_latency_count" + first + last + "2";
  EXPECT_NE(text.find(latency), std::string::npos) << text;
  const std::string errors = "tercet_kms_xks_proxy_errors" + first +
                             "error_type=\"retryable\",exception_name=\"ThrottlingException\"," +
                             last + "1";
  EXPECT_NE(text.find(errors), std::string::npos) << text;
  EXPECT_NE(text.find("tercet_kms_xks_external_key_manager_states"), std::string::npos);
  EXPECT_NE(text.find("tercet_kms_xks_proxy_credential_age"), std::string::npos);
  EXPECT_NE(text.find("certificate_name=\"localhost\""), std::string::npos) << text;
}

TEST_F(ProxyCalls, MetricsForgetTheAgeOfADeletedStore) {
  make_store();
  const std::string age = "tercet_kms_xks_proxy_credential_age{custom_key_store_id=\"" + store;
  EXPECT_NE(metrics().find(age), std::string::npos);
  ASSERT_EQ(fault("DeleteCustomKeyStore", Json{{"CustomKeyStoreId", store}}), "");
  EXPECT_EQ(metrics().find(age), std::string::npos);
}

}  // namespace
}  // namespace tercet::kms::test
