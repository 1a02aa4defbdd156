// The service in trouble: rows 113, 117, 119, 145 and 146. A cluster of its own, since its nodes
// are stopped and killed. Service while one node is away is a suite of its own.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/conformance/requests.h"

namespace tercet::test {
namespace {

using namespace std::chrono_literals;

LiveClusterOptions options() {
  LiveClusterOptions out;
  out.proxies = 2;
  return out;
}

const auto* const kCluster = ::testing::AddGlobalTestEnvironment(new LiveEnvironment(options()));

const char* const kNodes[] = {"node-1", "node-2", "node-3"};

/// SIGSTOP, and SIGCONT at the end of the scope.
class Stopped {
 public:
  explicit Stopped(std::string name) : name_(std::move(name)) {
    live_cluster().send_signal(name_, SIGSTOP);
  }

  ~Stopped() { live_cluster().send_signal(name_, SIGCONT); }

  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;

 private:
  std::string name_;
};

/// One attempt, signed anew.
XksReply once(XksClient& client, const std::string& rest, const std::string& body) {
  XksMessage message = client.message(rest, body);
  message.sign(client.endpoint().credential);
  return client.once(message);
}

unsigned ping(const LiveEndpoint& endpoint) {
  TlsClientOptions plain;
  plain.port = endpoint.metrics_port;
  plain.tls = false;
  TlsClient connection(plain);
  connection.send("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  return connection.read_response().status;
}

/// The ends of the nodes' logs, for a failure's message.
std::string logs() {
  std::string out;
  for (const char* node : kNodes) {
    out += std::string(node) + (live_cluster().alive(node) ? "" : " (ended)") + "\n" +
           cli::tail_of(live_cluster().file("log/" + std::string(node) + ".log"), 5);
  }
  return out;
}

void wait_until_well(XksClient& client) {
  const std::string body = encrypt_json(bytes_of("well?")).dump();
  EXPECT_TRUE(eventually(
      [&] {
        return client.post("/keys/normal/encrypt", body).status == 200 &&
               ping(client.endpoint()) == 200;
      },
      60s))
      << logs();
}

class Conformance_Trouble : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const char* key : {"normal", "burst"}) {
      const CommandResult made = live_cluster().create_key(key);
      ASSERT_TRUE(made.done()) << made.output;
    }
  }

  XksClient client_{live_cluster().proxy()};
};

/// Prepared material is short for a moment when many large requests come at once.
TEST_F(Conformance_Trouble, Row117_ThrottlingWhenMaterialRunsOut) {
  wait_until_well(client_);
  const std::string body = encrypt_json(pattern(4300)).dump();
  std::atomic<int> throttled{0};
  std::atomic<int> other{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      XksClient user(live_cluster().proxy());
      for (int i = 0; i < 10 && throttled == 0; ++i) {
        const XksReply reply = once(user, "/keys/burst/encrypt", body);
        if (reply.status == 429) {
          expect_error(reply, 429, "ThrottlingException");
          ++throttled;
        } else if (reply.status == 503) {
          expect_error(reply, 503, "DependencyTimeoutException");
        } else if (reply.status != 200) {
          ++other;
          ADD_FAILURE() << reply.text();
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_GT(throttled, 0);
  EXPECT_EQ(other, 0);
  wait_until_well(client_);  // it recovers by itself
}

TEST_F(Conformance_Trouble, Row119_StalledNode) {
  wait_until_well(client_);
  const std::string encrypt_body = encrypt_json(bytes_of("x")).dump();
  for (const char* node : kNodes) {
    const Stopped stopped(node);
    // That it comes at all, while the node stands still, shows the proxy's deadline.
    expect_error(
        once(client_, "/keys/normal/encrypt", encrypt_body), 503, "DependencyTimeoutException");
  }
  wait_until_well(client_);
}

/// A proxy that is a child of this process, so that its exit code is ours to see.
class ChildProxy {
 public:
  explicit ChildProxy(const std::string& name) {
    const std::string program =
        std::filesystem::read_symlink("/proc/self/exe").parent_path().string() + "/tercet-proxy";
    const std::string config = live_cluster().file(name + ".yaml");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execl(program.c_str(), program.c_str(), "--config", config.c_str(), nullptr);
      ::_exit(127);
    }
  }

  ~ChildProxy() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

  ChildProxy(const ChildProxy&) = delete;
  ChildProxy& operator=(const ChildProxy&) = delete;

  void send_signal(int signal) const { ::kill(pid_, signal); }

  /// -1: it has not ended in time, or not by itself.
  int exit_code() {
    int status = 0;
    const bool gone = eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, 60s);
    if (!gone) {
      return -1;
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
};

TEST_F(Conformance_Trouble, Row113_119_145_NodesGone) {
  wait_until_well(client_);
  live_cluster().kill("node-2");
  live_cluster().kill("node-3");
  const std::string encrypt_body = encrypt_json(bytes_of("x")).dump();
  const XksReply first = once(client_, "/keys/normal/encrypt", encrypt_body);
  EXPECT_TRUE(first.status == 503 || first.status == 500) << first.text();  // may be under way
  EXPECT_TRUE(eventually([&] {
    return once(client_, "/keys/normal/encrypt", encrypt_body).error_name() ==
           "DependencyTimeoutException";
  }));
  for (const char* rest : {"/keys/normal/encrypt", "/keys/normal/metadata", "/health"}) {
    const std::string body = std::string(rest) == "/keys/normal/encrypt" ? encrypt_body
                             : std::string(rest) == "/health"            ? health_body()
                                                                         : metadata_body();
    expect_error(once(client_, rest, body), 503, "DependencyTimeoutException");
  }
  // What needs no node is still answered.
  expect_error(once(client_, "/nothing", "{}"), 404, "InvalidUriPathException");
  expect_unauthenticated(client_.once(client_.message("/health", health_body())));
  EXPECT_TRUE(eventually([&] { return ping(client_.endpoint()) == 503; }));

  {
    ChildProxy starting("proxy-2");  // it has never been linked to any node
    EXPECT_TRUE(eventually([&] { return ping(live_cluster().proxy(1)) == 503; }));
    starting.send_signal(SIGTERM);
    EXPECT_EQ(starting.exit_code(), 0);
  }

  live_cluster().kill("node-1");
  expect_error(
      once(client_, "/keys/normal/encrypt", encrypt_body), 503, "DependencyTimeoutException");
  for (const char* node : kNodes) {
    ASSERT_TRUE(live_cluster().start(node).ok());
  }
  wait_until_well(client_);
}

XksMessage encrypt_message(const LiveEndpoint& endpoint, const std::string& text) {
  XksMessage message(
      endpoint, endpoint.uri_path + "/keys/normal/encrypt", encrypt_json(bytes_of(text)).dump());
  message.sign(endpoint.credential);
  return message;
}

/// Sends requests without pause, until nobody accepts connections any more.
void keep_asking(const LiveEndpoint& endpoint,
                 std::atomic<int>& answered,
                 std::atomic<int>& unanswered) {
  for (;;) {
    TlsClient connection(tls_options(endpoint));
    if (!connection.connected()) {
      return;
    }
    for (bool open = true; open;) {
      connection.send(encrypt_message(endpoint, "x").wire());
      const RawResponse response = connection.read_response();
      ++(response.status == 0 ? unanswered : answered);
      open = response.status != 0 && response.header("Connection").value_or("") != "close";
    }
  }
}

TEST_F(Conformance_Trouble, Row145_146_DrainingAndStopping) {
  const std::string yaml = live_cluster().file("proxy-2.yaml");
  // Long enough for every connection to be told.
  ASSERT_TRUE(run_command({"/bin/sed", "-i", "s/drain_ms: 100/drain_ms: 3000/", yaml}).done());
  const LiveEndpoint endpoint = live_cluster().proxy(1);
  ChildProxy proxy("proxy-2");
  EXPECT_TRUE(eventually([&] { return ping(endpoint) == 200; }));
  std::atomic<int> answered{0};
  std::atomic<int> unanswered{0};
  std::vector<std::thread> users;
  for (int i = 0; i < 4; ++i) {
    users.emplace_back([&] { keep_asking(endpoint, answered, unanswered); });
  }
  EXPECT_TRUE(eventually([&] { return answered > 20; }));
  TlsClient quiet(tls_options(endpoint));  // its first request comes late
  ASSERT_TRUE(quiet.connected()) << quiet.failure();
  proxy.send_signal(SIGTERM);
  EXPECT_TRUE(eventually([&] { return ping(endpoint) == 503; }, 2s));  // draining
  for (std::thread& user : users) {
    user.join();  // nobody accepts connections any more
  }
  EXPECT_EQ(unanswered, 0);
  // Needs no vectors: those of the lease may be used up by now.
  XksMessage late(endpoint, endpoint.uri_path + "/keys/normal/metadata", metadata_body());
  late.sign(endpoint.credential);
  quiet.send(late.wire());
  const RawResponse last = quiet.read_response();
  EXPECT_EQ(last.status, 200U);
  EXPECT_EQ(last.header("Connection").value_or(""), "close");
  EXPECT_EQ(proxy.exit_code(), 0);
}

}  // namespace
}  // namespace tercet::test
