#include "core/net/listener.h"

#include <array>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/async/task_group.h"

namespace tercet {
namespace {

using asio::ip::tcp;

/// Until the client goes.
Task<void> hold(std::unique_ptr<ByteStream> stream) {
  std::array<std::uint8_t, 1> byte{};
  const Deadline until = Deadline::in(real_clock(), Milliseconds(60'000));
  static_cast<void>(co_await stream->read_some(byte, until));
}

tcp::socket connect_from(asio::io_context& context, const char* address, std::uint16_t port) {
  tcp::socket socket(context, tcp::endpoint(asio::ip::make_address(address), 0));
  socket.connect(tcp::endpoint(asio::ip::make_address("127.0.0.1"), port));
  return socket;
}

TEST(Listener, TakesNoMoreConnectionsFromOneAddressThanItMay) {
  asio::io_context context;
  ListenerOptions options;
  options.address = "127.0.0.1:0";
  options.connections_per_address_max = 2;
  const auto bound = Listener::bind(context.get_executor(), options);
  ASSERT_TRUE(bound.ok());
  Listener& listener = **bound;
  TaskGroup group(context.get_executor());
  group.spawn(listener.run(ConnectionHandler(&hold)));
  const auto until = [&](auto condition) {
    while (!condition()) {
      context.run_one();
    }
  };
  const ListenerCounts& counts = listener.counts();

  tcp::socket first = connect_from(context, "127.0.0.1", listener.port());
  const tcp::socket second = connect_from(context, "127.0.0.1", listener.port());
  const tcp::socket third = connect_from(context, "127.0.0.1", listener.port());
  until([&] { return counts.accepted + counts.refused_crowded == 3; });
  EXPECT_EQ(counts.refused_crowded, 1U);
  EXPECT_EQ(listener.open_connections(), 2U);

  const tcp::socket elsewhere = connect_from(context, "127.0.0.2", listener.port());
  until([&] { return counts.accepted + counts.refused_crowded == 4; });
  EXPECT_EQ(counts.accepted, 3U);

  first.close();
  until([&] { return listener.open_connections() == 2; });
  const tcp::socket instead = connect_from(context, "127.0.0.1", listener.port());
  until([&] { return counts.accepted + counts.refused_crowded == 5; });
  EXPECT_EQ(counts.accepted, 4U);

  listener.close();
  block_on(context, group.join());
}

}  // namespace
}  // namespace tercet
