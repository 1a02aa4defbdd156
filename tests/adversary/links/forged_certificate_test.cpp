// Attack 15 of protocol.md 13 on each link: certificates that the link authority's key made, with
// the right name and role, and a key that the cluster file does not pin.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/net/connector.h"
#include "core/net/listener.h"
#include "tests/adversary/links/link_authority.h"

namespace tercet::test {
namespace {

/// How one connection went at both ends; null: refused there.
class Connection {
 public:
  Connection() = default;
  std::unique_ptr<ByteStream> client;
  std::unique_ptr<ByteStream> server;
  Errc client_error = Errc::internal;
};

class ForgedCertificate : public ::testing::Test {
 protected:
  /// Connects once, and waits until the server has judged the client.
  Connection connect(const LinkTls& server,
                     std::vector<TlsPeer> allowed,
                     const LinkTls& client,
                     TlsPeer expected) {
    ListenerOptions options;
    options.address = "127.0.0.1:0";
    options.tls = std::make_shared<TlsServerSlot>(
        TlsServerContext::for_links(server, std::move(allowed)).value());
    const std::unique_ptr<Listener> listener =
        Listener::bind(context_.get_executor(), options).value();
    Connection out;
    bool ended = false;
    asio::co_spawn(context_,
                   listener->run([&out](std::unique_ptr<ByteStream> stream) {
                     return keep(std::move(stream), out.server);
                   }),
                   [&ended](const std::exception_ptr&) { ended = true; });
    const Deadline until = Deadline::in(real_clock(), Milliseconds(30000));
    Result<std::unique_ptr<ByteStream>> stream =
        block_on(context_,
                 connect_link(listener->address(),
                              TlsClientContext::for_links(client).value(),
                              std::move(expected),
                              until));
    while (!until.passed() && !out.server && listener->counts().handshakes_failed == 0) {
      context_.restart();
      context_.run_one_for(Milliseconds(100));
    }
    listener->close();
    while (!ended) {  // not until nothing is left: the connections' own deadlines are
      context_.restart();
      context_.run_one_for(Milliseconds(100));
    }
    if (stream) {
      out.client = std::move(stream).value();
    } else {
      out.client_error = stream.error().code();
    }
    return out;
  }

  static Task<void> keep(std::unique_ptr<ByteStream> stream, std::unique_ptr<ByteStream>& into) {
    into = std::move(stream);
    co_return;
  }

  asio::io_context context_{1};
  LinkAuthority authority_;
  const LinkAuthority::Issued node_ = authority_.issue("node-1", "node");
  const TlsPeer node_peer_{"node-1", "node", {node_.pin}};
};

/// Nodes, proxies and administrators alike: who calls a node.
class ForgedCaller : public ForgedCertificate,
                     public ::testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(ForgedCaller, IsLetInWithAPinnedKeyOnly) {
  const auto [name, role] = GetParam();
  const LinkAuthority::Issued caller = authority_.issue(name, role);
  const LinkAuthority::Issued next = authority_.issue(name, role);  // while the key is exchanged
  const LinkAuthority::Issued forged = authority_.issue(name, role);
  const std::vector<TlsPeer> allowed = {TlsPeer(name, role, {caller.pin, next.pin})};
  EXPECT_NE(connect(node_.files, allowed, caller.files, node_peer_).server, nullptr);
  EXPECT_NE(connect(node_.files, allowed, next.files, node_peer_).server, nullptr);
  EXPECT_EQ(connect(node_.files, allowed, forged.files, node_peer_).server, nullptr);
  const std::vector<TlsPeer> any = {TlsPeer::with_any_key(name, role)};  // the defence taken out
  EXPECT_NE(connect(node_.files, any, forged.files, node_peer_).server, nullptr);
}

INSTANTIATE_TEST_SUITE_P(EachRole,
                         ForgedCaller,
                         ::testing::Values(std::pair("node-2", "node"),
                                           std::pair("proxy-1", "proxy"),
                                           std::pair("alice", "admin")));

TEST_F(ForgedCertificate, ANodeIsReachedWithItsPinnedKeyOnly) {
  const LinkAuthority::Issued caller = authority_.issue("proxy-1", "proxy");
  const std::vector<TlsPeer> allowed = {TlsPeer("proxy-1", "proxy", {caller.pin})};
  const LinkAuthority::Issued forged = authority_.issue("node-1", "node");
  EXPECT_NE(connect(node_.files, allowed, caller.files, node_peer_).client, nullptr);
  const Connection refused = connect(forged.files, allowed, caller.files, node_peer_);
  EXPECT_EQ(refused.client, nullptr);
  EXPECT_EQ(refused.client_error, Errc::denied);
  const TlsPeer any = TlsPeer::with_any_key("node-1", "node");
  EXPECT_NE(connect(forged.files, allowed, caller.files, any).client, nullptr);
}

/// Another member's key does not help either: the pins of each are its own.
TEST_F(ForgedCertificate, APinOfAnotherMemberIsNone) {
  const LinkAuthority::Issued caller = authority_.issue("node-2", "node");
  const LinkAuthority::Issued other = authority_.issue("node-3", "node");
  const std::vector<TlsPeer> allowed = {TlsPeer("node-2", "node", {other.pin}),
                                        TlsPeer("node-3", "node", {caller.pin})};
  EXPECT_EQ(connect(node_.files, allowed, caller.files, node_peer_).server, nullptr);
}

/// Node 1 has no lower peers: nobody may dial it, whatever the authority says.
TEST_F(ForgedCertificate, NobodyIsLetInWhereNobodyIsExpected) {
  const LinkAuthority::Issued caller = authority_.issue("node-2", "node");
  EXPECT_EQ(connect(node_.files, {}, caller.files, node_peer_).server, nullptr);
}

TEST_F(ForgedCertificate, APeerWithoutPinsIsNobody) {
  const LinkAuthority::Issued caller = authority_.issue("node-2", "node");
  const std::vector<TlsPeer> allowed = {TlsPeer("node-2", "node", {})};
  EXPECT_EQ(connect(node_.files, allowed, caller.files, node_peer_).server, nullptr);
}

/// What CONFIRM signs: the same at both ends, another at each connection.
TEST_F(ForgedCertificate, TheChannelBindingIsOfOneConnection) {
  const LinkAuthority::Issued caller = authority_.issue("node-2", "node");
  const std::vector<TlsPeer> allowed = {TlsPeer("node-2", "node", {caller.pin})};
  const Connection one = connect(node_.files, allowed, caller.files, node_peer_);
  const Connection two = connect(node_.files, allowed, caller.files, node_peer_);
  ASSERT_TRUE(one.client && one.server && two.client);
  EXPECT_EQ(one.client->tls_info()->channel_binding.size(), 32U);
  EXPECT_EQ(one.client->tls_info()->channel_binding, one.server->tls_info()->channel_binding);
  EXPECT_NE(one.client->tls_info()->channel_binding, two.client->tls_info()->channel_binding);
}

/// A node whose own certificate the others would refuse says so at start, with the pin to enter.
TEST_F(ForgedCertificate, AKeyThatIsNotPinnedIsRefusedAtHome) {
  const LinkAuthority::Issued renewed = authority_.issue("node-1", "node");
  LinkTls files = renewed.files;
  files.own_pins = {node_.pin};
  const Result<TlsClientContext> refused = TlsClientContext::for_links(files);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), Errc::config_error);
  EXPECT_NE(refused.error().to_string().find(print_key_pin(renewed.pin)), std::string::npos)
      << refused.error().to_string();
  EXPECT_FALSE(TlsServerContext::for_links(files, {}).ok());
  files.own_pins.push_back(renewed.pin);
  EXPECT_TRUE(TlsClientContext::for_links(files).ok());
}

}  // namespace
}  // namespace tercet::test
