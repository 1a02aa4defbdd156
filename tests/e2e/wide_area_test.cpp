// tercet dev up --rtt-ms: three nodes as hosts of their own, far from each other.

#include "tests/e2e/wide_area.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/e2e/operations.h"
#include "tests/support/live_cluster.h"
#include "tests/support/xks_client.h"

namespace tercet::test {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

constexpr std::chrono::milliseconds kRoundTrip{20};

std::string program(const std::string& name) {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
}

/// A host of the emulated network.
class Host {
 public:
  explicit Host(const Json& site)
      : name(site.at("name")), address(site.at("address")), space(site.at("netns")) {}

  std::string name;
  std::string address;
  std::string space;  ///< stands for its network namespace
};

std::vector<Host> hosts_of(const Json& dev) {
  std::vector<Host> out;
  for (const Json& site : dev.at("wan").at("sites")) {
    out.emplace_back(site);
  }
  return out;
}

/// How long a TCP connection from `from` to `to` takes to open; nothing if it does not. In a thread
/// of its own, since a thread is in one network namespace.
std::optional<Clock::duration> time_to_connect(const Host& from,
                                               const Host& to,
                                               std::uint16_t port) {
  std::optional<Clock::duration> out;
  std::thread visitor([&] {
    const int space = ::open(from.space.c_str(), O_RDONLY | O_CLOEXEC);
    const bool there = space >= 0 && ::setns(space, CLONE_NEWNET) == 0;
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, to.address.c_str(), &address.sin_addr);
    const Clock::time_point begin = Clock::now();
    if (there &&
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      out = Clock::now() - begin;
    }
    ::close(socket);
    ::close(space);
  });
  visitor.join();
  return out;
}

/// Of the file itself: a namespace's is not used again while something is in it.
ino_t inode(const std::string& path) {
  struct stat found {};

  return ::stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

/// Whether some process, or some descriptor of one, still is in the namespace.
bool is_in_use(ino_t space) {
  std::error_code ignored;
  for (const auto& process : std::filesystem::directory_iterator("/proc", ignored)) {
    if (inode(process.path() / "ns/net") == space) {
      return true;
    }
  }
  return false;
}

bool has_local_address(const std::string& text) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) {
    return true;
  }
  bool found = false;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr != nullptr && one->ifa_addr->sa_family == AF_INET) {
      char name[INET_ADDRSTRLEN] = {};
      const auto* address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
      ::inet_ntop(AF_INET, &address->sin_addr, name, sizeof name);
      found = found || text == name;
    }
  }
  ::freeifaddrs(list);
  return found;
}

/// One cluster for all cases; they come in the order of this file.
class WideArea : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::signal(SIGPIPE, SIG_IGN);
    why_not() = why_no_wide_area();
    if (why_not()) {
      return;
    }
    LiveClusterOptions options;
    options.network = {"--rtt-ms", std::to_string(kRoundTrip.count())};
    cluster() = std::make_unique<LiveCluster>(options);
    const Status started = cluster()->start();
    ASSERT_TRUE(started.ok()) << started.error().to_string();
  }

  static void TearDownTestSuite() { cluster().reset(); }

  void SetUp() override {
    if (why_not()) {
      GTEST_SKIP() << *why_not();
    }
    ASSERT_NE(cluster(), nullptr);
    ASSERT_TRUE(cluster()->dev().contains("wan")) << "the cluster did not start";
  }

  static std::unique_ptr<LiveCluster>& cluster() {
    static std::unique_ptr<LiveCluster> one;
    return one;
  }

  static std::optional<std::string>& why_not() {
    static std::optional<std::string> reason;
    return reason;
  }

  static std::uint16_t port_of(const std::string& node) {
    const auto index = static_cast<std::size_t>(node.back() - '1');
    const std::string admin = cluster()->dev().at("nodes").at(index).at("admin");
    return static_cast<std::uint16_t>(std::stoi(admin.substr(admin.rfind(':') + 1)));
  }

  static CommandResult dev(const std::string& command, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {program("tercet"), "dev", command, "--dir", cluster()->folder()});
    return run_command(words);
  }

  /// Nothing of the network is left: the caller's device, the hosts, the programs in them.
  static void expect_gone(const std::string& caller_address, const std::vector<ino_t>& spaces) {
    EXPECT_FALSE(has_local_address(caller_address));
    for (const ino_t space : spaces) {
      EXPECT_FALSE(is_in_use(space));
    }
  }

  /// The namespaces of the nodes.
  static std::vector<ino_t> spaces_of(const std::vector<Host>& hosts) {
    std::vector<ino_t> out;
    for (std::size_t i = 1; i < hosts.size(); ++i) {
      out.push_back(inode(hosts[i].space));
      EXPECT_TRUE(is_in_use(out.back())) << hosts[i].name;
    }
    return out;
  }
};

TEST_F(WideArea, NoRoundTripIsShorterThanAskedFor) {
  const std::vector<Host> hosts = hosts_of(cluster()->dev());
  ASSERT_EQ(hosts.size(), 4U);
  for (const Host& from : hosts) {
    for (const Host& to : hosts) {
      if (&from == &to || to.name == "proxy") {
        continue;  // nobody listens there
      }
      const auto took = time_to_connect(from, to, port_of(to.name));
      ASSERT_TRUE(took) << from.name << " to " << to.name;
      EXPECT_GE(*took, kRoundTrip) << from.name << " to " << to.name;
    }
  }
}

TEST_F(WideArea, AHostIsNotFarFromItself) {
  const std::vector<Host> hosts = hosts_of(cluster()->dev());
  const bool near = eventually([&] {
    const auto took = time_to_connect(hosts[1], hosts[1], port_of("node-1"));
    return took && *took < kRoundTrip;
  });
  EXPECT_TRUE(near) << "the check of the other distances would pass on any slow machine";
}

TEST_F(WideArea, TheClusterServes) {
  const CommandResult made = cluster()->create_key("far");
  ASSERT_TRUE(made.done()) << made.output;
  XksClient client(cluster()->proxy());
  const XksReply sealed = client.post("/keys/far/encrypt", encrypt_body("far away", "aad"));
  ASSERT_EQ(sealed.status, 200U) << sealed.text();
  const XksReply opened =
      client.post("/keys/far/decrypt", decrypt_body(Sealed(sealed), "aad", "e2e-decrypt"));
  ASSERT_EQ(opened.status, 200U) << opened.text();
  EXPECT_EQ(as_text(opened.bytes("plaintext")), "far away");
}

TEST_F(WideArea, TheNodesAreReachableFromTheCaller) {
  const CommandResult status = cluster()->tercet({"status"});
  EXPECT_TRUE(status.done()) << status.output;
  EXPECT_NE(status.output.find(" us)"), std::string::npos) << "no round trips: " << status.output;
  for (const Json& node : cluster()->dev().at("nodes")) {
    const std::string url = node.at("metrics");
    const CommandResult metrics = run_command({"/usr/bin/curl", "-sS", "--noproxy", "*", url});
    EXPECT_NE(metrics.output.find("tercet_node_"), std::string::npos) << url << metrics.output;
  }
  EXPECT_TRUE(dev("status").done());
}

TEST_F(WideArea, StatusShowsTheRoundTripBetweenNodes) {
  const CommandResult status = cluster()->tercet({"status", "--json"});
  ASSERT_TRUE(status.done()) << status.output;
  const Json report = Json::parse(status.output);
  for (const Json& node : report.at("nodes")) {
    ASSERT_EQ(node.at("peers").size(), 2U);
    for (const Json& peer : node.at("peers")) {
      // Nothing passes the emulator early; the clocks of the two ends may disagree on a
      // microsecond.
      EXPECT_GE(std::chrono::microseconds(peer.at("rtt_us").get<std::int64_t>()) +
                    std::chrono::microseconds(10),
                kRoundTrip)
          << peer;
    }
  }
}

TEST_F(WideArea, ANodeStartsAgainInItsOwnHost) {
  cluster()->kill("node-2");
  ASSERT_TRUE(cluster()->start("node-2").ok());
  EXPECT_TRUE(eventually([&] { return cluster()->tercet({"status"}).done(); }))
      << cluster()->log("node-2");
}

TEST_F(WideArea, DownLeavesNothing) {
  const std::vector<Host> hosts = hosts_of(cluster()->dev());
  ASSERT_TRUE(has_local_address(hosts[0].address));
  const std::vector<ino_t> spaces = spaces_of(hosts);
  const CommandResult down = dev("down");
  EXPECT_TRUE(down.done()) << down.output;
  expect_gone(hosts[0].address, spaces);
}

TEST_F(WideArea, UpAndDownClearWhatACrashLeft) {
  const std::vector<std::string> words = {"--no-kms", "--rtt-ms", "1"};
  ASSERT_TRUE(dev("up", words).done());
  const CommandResult second = dev("up", words);
  EXPECT_FALSE(second.done()) << "a cluster that runs was started again";
  std::vector<ino_t> spaces;
  std::string address;
  for (const bool by_up : {true, false}) {
    std::ifstream file(cluster()->file("dev.json"));
    const Json now = Json::parse(file);
    address = hosts_of(now)[0].address;
    for (const ino_t space : spaces_of(hosts_of(now))) {
      spaces.push_back(space);
    }
    ASSERT_EQ(::kill(now.at("wan").at("pid").get<pid_t>(), SIGKILL), 0);
    cluster()->kill("node-3");
    const CommandResult after = by_up ? dev("up", words) : dev("down");
    ASSERT_TRUE(after.done()) << after.output;
  }
  expect_gone(address, spaces);
}

}  // namespace
}  // namespace tercet::test
