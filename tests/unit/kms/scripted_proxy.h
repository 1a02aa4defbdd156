#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/async/task_group.h"
#include "core/base/bytes.h"
#include "core/http/http_server.h"
#include "core/time/clock.h"

namespace tercet::kms::test {

using Json = nlohmann::json;

/// PEM files of an authority, a certificate for "localhost" and one for another name;
/// made once for the whole program.
class ProxyFiles {
 public:
  static constexpr const char* kClientName = "cks.kms.us-east-1.amazonaws.com";

  static const ProxyFiles& get();
  ~ProxyFiles();

  std::string file(const std::string& name) const { return folder_ + "/" + name; }

 private:
  ProxyFiles();

  std::string folder_;
};

/// What the proxy got.
class Seen {
 public:
  Seen() = default;
  std::string operation;  ///< "health", "metadata", "encrypt", "decrypt"
  std::string key_id;
  std::string host;
  Json body;
  std::string raw_body;

  const Json& about() const { return body.at("requestMetadata"); }
};

/// What to answer instead of what a proxy would.
class Scripted {
 public:
  Scripted(unsigned http_status, std::string content)
      : status(http_status), body(std::move(content)) {}

  static Scripted error(unsigned status, const std::string& name);
  /// No answer as long as anybody waits.
  static Scripted silence();

  unsigned status;
  std::string body;
  bool silent = false;
};

/// A proxy of the XKS API on loopback over real HTTPS: verifies signatures, encrypts with one
/// plain AES key for each external key, and does what the script says instead where it says so.
class ScriptedProxy {
 public:
  static constexpr const char* kAccessKeyId = "ABCDEFGHIJKLMNOPQRST";
  static constexpr const char* kSecret = "c2VjcmV0LW9mLXRoZS1zY3JpcHRlZC1wcm94eS0wMQ==";
  static constexpr const char* kPath = "/test/kms/xks/v1";
  static constexpr const char* kSecondPath = "/second/kms/xks/v1";  ///< of the same keys

  /// With a `client_name`, only clients whose certificate has it get in.
  ScriptedProxy(const asio::any_io_executor& executor,
                const WallClock& clock,
                const std::string& certificate,
                const std::string& client_name = "");
  ~ScriptedProxy();

  std::string endpoint() const { return "https://localhost:" + std::to_string(port()); }

  std::uint16_t port() const { return server_->port(); }

  Task<void> stop();
  /// Ends the idle connections.
  void drop_connections();
  /// Accepted so far.
  std::uint64_t connections() const;

  std::function<std::optional<Scripted>(const Seen&)> script;
  /// Changes a good answer.
  std::function<void(const Seen&, Json&)> alter;
  /// Waited for before each answer.
  std::function<Task<void>(const Seen&)> before_answer;
  std::vector<Seen> seen;
  std::map<std::string, std::string> credentials;
  Json key_metadata;
  Json health;

  std::size_t count(const std::string& operation) const;
  const Seen& last(const std::string& operation) const;

 private:
  Task<HttpResponse> handle(HttpRequest request);
  bool is_signed(const HttpRequest& request) const;
  Scripted regular(const Seen& one) const;

  const WallClock& clock_;
  std::unique_ptr<HttpServer> server_;
  TaskGroup running_;
};

}  // namespace tercet::kms::test
