#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/kms/kms_service.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/kms/scripted_proxy.h"

namespace tercet::kms::test {

/// Civil time that a test sets.
class TestClock final : public WallClock {
 public:
  std::int64_t now_seconds() const override { return now_ms / 1000; }

  std::int64_t now_milliseconds() const override { return now_ms; }

  std::int64_t now_ms = 1'795'459'149'054;
};

inline constexpr const char* kInvalidState = "KMSInvalidStateException";

/// An answer of the KMS API.
class Reply {
 public:
  Reply() = default;

  bool ok() const { return status == 200; }

  /// The exception's name; empty if all went well.
  std::string fault() const { return ok() ? std::string() : body.value("__type", "no __type"); }

  std::string text(const char* member) const { return body.value(member, std::string()); }

  unsigned status = 0;
  Json body;  ///< {} for an empty one
  std::string request_id;
};

/// A KMS in this process and a scripted proxy that it calls over real HTTPS.
class KmsTest : public ::testing::Test {
 public:
  ~KmsTest() override;

 protected:
  KmsTest();

  /// (Re)starts the service with `options`; state in memory goes.
  void start();
  void stop();

  HttpRequest signed_request(const std::string& operation, const std::string& body) const;
  /// Really signed, for the identity's secret.
  HttpRequest signed_by(const std::string& id,
                        const std::string& secret,
                        const std::string& region,
                        const std::string& operation,
                        const Json& input) const;
  HttpResponse block(HttpRequest request);
  Reply send(HttpRequest request);
  Task<Reply> send_task(HttpRequest request);
  Reply call(const std::string& operation, const Json& input);
  /// The exception's name; empty if all went well.
  std::string fault(const std::string& operation, const Json& input);

  Json store_input(const std::string& name = "demo") const;
  std::string make_store(const std::string& name = "demo");
  /// Polls until the store is not CONNECTING any more; says what it is then.
  std::string settled(const std::string& store_id);
  Json described(const std::string& store_id);
  std::string make_connected_store();
  /// In `store`.
  std::string make_key(const std::string& external_key = "ext-1");
  std::string key_state(const std::string& key_id);
  /// Base64 of the blob.
  std::string encrypt(const std::string& key_id, const Json& context = Json::object());
  void pause(Milliseconds duration);
  void stop_proxy(ScriptedProxy& which);
  void block_until_joined(TaskGroup& group);

  asio::io_context context_;
  TestClock clock;
  ScriptedProxy proxy;
  KmsOptions options;
  std::unique_ptr<KmsService> service;
  std::string store;
};

inline constexpr const char* kHello = "aGVsbG8=";

}  // namespace tercet::kms::test
