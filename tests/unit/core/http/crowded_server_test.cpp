// A port that strangers try to shut: silent connections, and more of them than may be open.

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "core/async/block_on.h"
#include "core/async/event.h"
#include "core/async/task_group.h"
#include "core/http/http_server.h"

namespace tercet {
namespace {

using asio::ip::tcp;

constexpr std::string_view kAsk = "GET /soon HTTP/1.1\r\nHost: test\r\n\r\n";
constexpr std::string_view kAskSlow = "GET /slow HTTP/1.1\r\nHost: test\r\n\r\n";
constexpr std::string_view kAskAsStranger = "GET /stranger HTTP/1.1\r\nHost: test\r\n\r\n";
constexpr std::string_view kHalf = "GET /soon HTTP/1.1\r\nHo";

class CrowdedServer : public testing::Test {
 protected:
  void start(HttpServerOptions options) {
    options.listener.address = "127.0.0.1:0";
    server_ =
        HttpServer::bind(context_.get_executor(), std::move(options), [this](HttpRequest ask) {
          return handle(std::move(ask));
        }).value();
    running_.spawn(server_->run());
  }

  void TearDown() override {
    server_->close();
    answer_slow_.set();
    block_on(context_, running_.join());
  }

  Task<HttpResponse> handle(HttpRequest request) {
    if (request.target == "/slow") {
      static_cast<void>(co_await answer_slow_.wait());
    }
    HttpResponse response = HttpResponse::text(200, "answered\n");
    response.proves_client = request.target != "/stranger";
    co_return response;
  }

  tcp::socket connect() {
    tcp::socket socket(context_);
    socket.connect(tcp::endpoint(asio::ip::make_address("127.0.0.1"), server_->port()));
    return socket;
  }

  /// A connection that the server has taken.
  tcp::socket enter() {
    const std::uint64_t before = counts().accepted;
    tcp::socket socket = connect();
    run_until([&] { return counts().accepted > before; });
    return socket;
  }

  void ask(tcp::socket& socket, std::string_view request) {
    asio::write(socket, asio::buffer(request));
  }

  /// Whether the server answered it before it closed the connection.
  bool answered(tcp::socket& socket) {
    std::string got;
    bool ended = false;
    std::array<char, 1024> room{};
    std::function<void()> read = [&] {
      socket.async_read_some(
          asio::buffer(room), [&](boost::system::error_code failed, std::size_t n) {
            got.append(room.data(), n);
            ended = static_cast<bool>(failed) || got.find("answered\n") != std::string::npos;
            if (!ended) {
              read();
            }
          });
    };
    read();
    run_until([&] { return ended; });
    return got.find("answered\n") != std::string::npos;
  }

  template <class Condition>
  void run_until(const Condition& holds) {
    while (!holds()) {
      context_.run_one();
    }
  }

  const ListenerCounts& counts() { return server_->listener().counts(); }

  asio::io_context context_;
  TaskGroup running_{context_.get_executor()};
  Event answer_slow_{context_.get_executor()};
  std::unique_ptr<HttpServer> server_;
};

TEST_F(CrowdedServer, ASilentConnectionIsClosedAndCounted) {
  HttpServerOptions options;
  options.first_limit = Milliseconds(20);
  start(std::move(options));
  tcp::socket silent = enter();
  EXPECT_FALSE(answered(silent));
  EXPECT_EQ(server_->counts().silent, 1U);
  run_until([&] { return server_->open_connections() == 0; });
}

TEST_F(CrowdedServer, TheFirstRequestHasOneLimitHoweverItsBytesDrip) {
  HttpServerOptions options;
  options.first_limit = Milliseconds(20);  // its head alone would have 5 s
  start(std::move(options));
  tcp::socket dripping = enter();
  ask(dripping, kHalf);
  EXPECT_FALSE(answered(dripping));
  EXPECT_EQ(server_->counts().timed_out + server_->counts().silent, 1U);  // its bytes came late
}

TEST_F(CrowdedServer, AConnectionThatHasServedMayBeIdleForLonger) {
  HttpServerOptions options;
  options.first_limit = Milliseconds(2000);  // for a loaded machine, too
  start(std::move(options));
  tcp::socket served = enter();
  ask(served, kAsk);
  EXPECT_TRUE(answered(served));
  tcp::socket silent = enter();
  EXPECT_FALSE(answered(silent));  // as long as the limit has passed
  ask(served, kAsk);
  EXPECT_TRUE(answered(served));
}

TEST_F(CrowdedServer, WhenItIsFullTheLongestSilentOneGoesFirst) {
  HttpServerOptions options;
  options.listener.connections_max = 2;
  start(std::move(options));
  tcp::socket first = enter();
  tcp::socket second = enter();
  tcp::socket third = enter();
  EXPECT_EQ(counts().made_room, 1U);
  EXPECT_FALSE(answered(first));
  ask(second, kAsk);
  EXPECT_TRUE(answered(second));
  ask(third, kAsk);
  EXPECT_TRUE(answered(third));
}

TEST_F(CrowdedServer, OneThatWasServedStaysWhileAnyIsSilent) {
  HttpServerOptions options;
  options.listener.connections_max = 2;
  start(std::move(options));
  tcp::socket served = enter();
  ask(served, kAsk);
  EXPECT_TRUE(answered(served));
  std::vector<tcp::socket> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(enter());
  }
  ask(served, kAsk);
  EXPECT_TRUE(answered(served));
  EXPECT_EQ(counts().made_room, 19U);
  EXPECT_LE(server_->open_connections(), 3U);  // one may still be ending
}

/// Half a request after a whole one would else hold its place for as long as an idle connection.
TEST_F(CrowdedServer, HalfAnotherRequestHoldsNoPlace) {
  HttpServerOptions options;
  options.listener.connections_max = 1;
  start(std::move(options));
  tcp::socket first = enter();
  ask(first, kAsk);
  EXPECT_TRUE(answered(first));
  ask(first, kHalf);
  tcp::socket second = enter();
  ask(second, kAsk);
  EXPECT_TRUE(answered(second));
  EXPECT_FALSE(answered(first));
}

TEST_F(CrowdedServer, RequestsThatProveNothingMakeNobodyKnown) {
  HttpServerOptions options;
  options.listener.connections_max = 3;
  options.proof_needed = true;
  start(std::move(options));
  tcp::socket known = enter();
  ask(known, kAsk);
  EXPECT_TRUE(answered(known));
  std::vector<tcp::socket> strangers;
  for (int i = 0; i < 20; ++i) {
    strangers.push_back(enter());
    ask(strangers.back(), kAskAsStranger);
    EXPECT_TRUE(answered(strangers.back())) << "the longest waiting goes, not the newest";
  }
  ask(known, kAsk);
  EXPECT_TRUE(answered(known));
}

/// Without TLS, or without its closing message, an end is all that a client says.
TEST_F(CrowdedServer, ThatAClientHasGoneIsNoticedWhileItsConnectionIsIdle) {
  start(HttpServerOptions());
  tcp::socket leaving = enter();
  ask(leaving, kAsk);
  EXPECT_TRUE(answered(leaving));
  leaving.close();
  tcp::socket silent = enter();
  silent.close();
  run_until([&] { return server_->open_connections() == 0; });
  EXPECT_EQ(server_->counts().silent, 0U);
}

TEST_F(CrowdedServer, OneThatIsBeingServedIsNeverCutOff) {
  HttpServerOptions options;
  options.listener.connections_max = 1;
  start(std::move(options));
  tcp::socket busy = enter();
  ask(busy, kAskSlow);
  run_until([&] { return server_->counts().requests == 1; });
  tcp::socket late = connect();
  run_until([&] { return counts().refused_full == 1; });
  EXPECT_FALSE(answered(late));
  answer_slow_.set();
  EXPECT_TRUE(answered(busy));
  tcp::socket next = enter();  // in the place of the one that is idle now
  ask(next, kAsk);
  EXPECT_TRUE(answered(next));
}

}  // namespace
}  // namespace tercet
