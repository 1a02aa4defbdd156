#include <string>

#include <gtest/gtest.h>

#include "core/http/http_codec.h"

namespace tercet {
namespace {

using namespace std::string_literals;
using State = HttpResponseParser::State;

State state_after(const std::string& wire, bool head_request = false) {
  HttpResponseParser parser(HttpLimits(), head_request);
  parser.feed(as_bytes(wire));
  return parser.state();
}

bool keep_alive(const std::string& wire) {
  HttpResponseParser parser(HttpLimits(), false);
  parser.feed(as_bytes(wire));
  EXPECT_TRUE(parser.finish()) << wire;
  return parser.keep_alive();
}

TEST(HttpResponseParser, ReadsStatusHeadersAndBody) {
  HttpResponseParser parser(HttpLimits(), false);
  const std::string wire =
      "HTTP/1.1 404 Not (really) Found\r\nContent-Length: 5\r\nX-a: b \r\n\r\nhello";
  EXPECT_EQ(parser.feed(as_bytes(wire + "more")), wire.size());
  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_TRUE(parser.keep_alive());
  const HttpResponse response = parser.take();
  EXPECT_EQ(response.status, 404U);
  EXPECT_EQ(*response.find("x-A"), "b");
  EXPECT_EQ(as_text(response.body), "hello");
}

TEST(HttpResponseParser, ReadsChunks) {
  HttpResponseParser parser(HttpLimits(), false);
  for (const char c :
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
       "5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n"s) {
    EXPECT_EQ(parser.feed(as_bytes(std::string_view(&c, 1))), 1U);
  }
  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_EQ(as_text(parser.take().body), "hello");
}

TEST(HttpResponseParser, BodyWithoutLengthEndsWithTheConnection) {
  HttpResponseParser parser(HttpLimits(), false);
  parser.feed(as_bytes("HTTP/1.1 200 OK\r\n\r\nhel"));
  parser.feed(as_bytes("lo"));
  EXPECT_EQ(parser.state(), State::body);
  EXPECT_TRUE(parser.finish());
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(as_text(parser.take().body), "hello");
}

TEST(HttpResponseParser, ResponseCutOffIsNotFinished) {
  for (const char* wire : {"",
                           "HTTP/1.1 200 OK\r\n",
                           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                           "HTTP/1.1 100 Continue\r\n\r\n"}) {
    HttpResponseParser parser(HttpLimits(), false);
    parser.feed(as_bytes(wire));
    EXPECT_FALSE(parser.finish()) << wire;
  }
}

TEST(HttpResponseParser, InterimAnswersArePassedOver) {
  HttpResponseParser parser(HttpLimits(), false);
  parser.feed(as_bytes("HTTP/1.1 100 Continue\r\nX: a\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n"));
  EXPECT_EQ(parser.state(), State::start);
  parser.feed(as_bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  ASSERT_EQ(parser.state(), State::complete);
  const HttpResponse response = parser.take();
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.headers.size(), 1U);
}

TEST(HttpResponseParser, AnswersWithoutBody) {
  EXPECT_EQ(state_after("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true), State::complete);
  EXPECT_EQ(state_after("HTTP/1.1 204 No Content\r\n\r\n"), State::complete);
  EXPECT_EQ(state_after("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"), State::complete);
}

TEST(HttpResponseParser, RefusesWhatIsNotClear) {
  for (const char* bad :
       {"HTTP/1.1X200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\nA: b\n\n",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    EXPECT_EQ(state_after(bad), State::refused) << bad;
  }
}

TEST(HttpResponseParser, LimitsHold) {
  const HttpLimits limits;
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(state_after("HTTP/1.1 200 " + std::string(limits.request_line_bytes, 'x')),
            State::refused);
  EXPECT_EQ(state_after(ok + "X: " + std::string(limits.header_bytes, 'x')), State::refused);
  EXPECT_EQ(state_after(ok + "\r\n" + std::string(limits.body_bytes, 'x')), State::body);
  EXPECT_EQ(state_after(ok + "\r\n" + std::string(limits.body_bytes + 1, 'x')), State::refused);
}

TEST(HttpResponseParser, KeepAlive) {
  const std::string empty = "Content-Length: 0\r\n";
  EXPECT_TRUE(keep_alive("HTTP/1.1 200 OK\r\n" + empty + "\r\n"));
  EXPECT_FALSE(keep_alive("HTTP/1.1 200 OK\r\nConnection: close\r\n" + empty + "\r\n"));
  EXPECT_FALSE(keep_alive("HTTP/1.0 200 OK\r\n" + empty + "\r\n"));
}

}  // namespace
}  // namespace tercet
