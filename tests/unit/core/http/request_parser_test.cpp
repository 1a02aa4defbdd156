// What tests/conformance/http_test.cpp asks of the proxy, asked of the parser, and what no
// conformance row names.

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/http/http_codec.h"

namespace tercet {
namespace {

using namespace std::string_literals;
using State = HttpRequestParser::State;

constexpr unsigned kAccepted = 0;

std::string post(const std::string& headers, const std::string& body = "") {
  return "POST /kms/xks/v1/health HTTP/1.1\r\nHost: proxy\r\n" + headers + "\r\n" + body;
}

std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

std::string repeated(std::size_t count, const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += text;
  }
  return out;
}

/// How the parser answers all of it: kAccepted, or the status of the refusal.
unsigned verdict(const std::string& wire) {
  HttpRequestParser parser{HttpLimits()};
  parser.feed(as_bytes(wire));
  EXPECT_TRUE(parser.state() == State::complete || parser.state() == State::refused) << wire;
  return parser.state() == State::refused ? parser.refusal_status() : kAccepted;
}

State state_after(const std::string& wire) {
  HttpRequestParser parser{HttpLimits()};
  parser.feed(as_bytes(wire));
  return parser.state();
}

HttpRequest read(const std::string& wire) {
  HttpRequestParser parser{HttpLimits()};
  EXPECT_EQ(parser.feed(as_bytes(wire)), wire.size());
  return parser.take();
}

bool keep_alive(const std::string& wire) {
  HttpRequestParser parser{HttpLimits()};
  parser.feed(as_bytes(wire));
  EXPECT_EQ(parser.state(), State::complete) << wire;
  return parser.keep_alive();
}

TEST(HttpRequestParser, KeepsTheRequestAsItWasSpelled) {
  const HttpRequest request = read(
      "POST /a%2Fb/../c?x=%20&y HTTP/1.1\r\nhOST: Proxy:443\r\nX-B:\t two  words \t\r\n"
      "x-a: 1\r\nX-A: \xc3\xa4\r\nX-Empty:\r\nContent-Length: 3\r\n\r\n\0\r\n"s);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/a%2Fb/../c?x=%20&y");
  EXPECT_EQ(request.minor_version, 1U);
  std::vector<std::pair<std::string, std::string>> headers;
  for (const HttpHeader& header : request.headers) {
    headers.emplace_back(header.name, header.value);
  }
  const std::vector<std::pair<std::string, std::string>> expected = {{"hOST", "Proxy:443"},
                                                                     {"X-B", "two  words"},
                                                                     {"x-a", "1"},
                                                                     {"X-A", "\xc3\xa4"},
                                                                     {"X-Empty", ""},
                                                                     {"Content-Length", "3"}};
  EXPECT_EQ(headers, expected);
  EXPECT_EQ(as_text(request.body), "\0\r\n"s);
}

TEST(HttpRequestParser, RequestLine) {
  const std::pair<const char*, unsigned> cases[] = {{"GET / HTTP/1.1", kAccepted},
                                                    {"get * HTTP/1.1", kAccepted},
                                                    {"GET / HTTP/1.0", kAccepted},
                                                    {"GET / HTTP/1.2", 505},
                                                    {"GET / HTTP/0.9", 505},
                                                    {"GET / HTTP/2.0", 505},
                                                    {"GET / HTTP/3", 400},
                                                    {"GET / http/1.1", 400},
                                                    {"GET / HTTP/1.1 ", 400},
                                                    {"GET / HTTP/11.1", 400},
                                                    {"GET /a b HTTP/1.1", 400},
                                                    {"GET  / HTTP/1.1", 400},
                                                    {"GET /  HTTP/1.1", 400},
                                                    {"GET\t/ HTTP/1.1", 400},
                                                    {" GET / HTTP/1.1", 400},
                                                    {"GET /", 400},
                                                    {"GET", 400},
                                                    {"G(T / HTTP/1.1", 400},
                                                    {"GET /\x7f HTTP/1.1", 400},
                                                    {"GET /\xc3\xa4 HTTP/1.1", 400}};
  for (const auto& [line, status] : cases) {
    EXPECT_EQ(verdict(line + "\r\nHost: a\r\n\r\n"s), status) << line;
  }
}

TEST(HttpRequestParser, LinesThatServersReadDifferently) {
  for (const std::string& bad : {"X: a\nY: b\r\n"s,
                                 "X: a\rb\r\n"s,
                                 "X: a\r\r\n"s,
                                 "X: a\0b\r\n"s,
                                 "X: a\x7f\r\n"s,
                                 "X: a\r\n b\r\n"s,
                                 "X: a\r\n\tb\r\n"s,
                                 "X:\r\n \r\n"s,
                                 " X: a\r\n"s,
                                 "X : a\r\n"s,
                                 "X\t: a\r\n"s,
                                 "X\xe4: a\r\n"s,
                                 ": a\r\n"s,
                                 "X\r\n"s,
                                 "\n"s}) {
    EXPECT_EQ(verdict(post(bad)), 400U) << bad;
  }
  EXPECT_EQ(verdict("GET / HTTP/1.1\nHost: a\n\n"), 400U);
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\nHost: a\r\n\n"), 400U);
}

TEST(HttpRequestParser, OneFraming) {
  for (const char* bad : {"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
                          "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
                          "Content-Length: 2\r\nTransfer-Encoding: identity\r\n",
                          "Content-Length: 2\r\nContent-Length: 3\r\n",
                          "Content-Length: 2\r\ncontent-length: 2\r\n",
                          "Content-Length: 2, 2\r\n",
                          "Content-Length: 2,\r\n",
                          "Content-Length: +2\r\n",
                          "Content-Length: -2\r\n",
                          "Content-Length: 0x2\r\n",
                          "Content-Length: 2 2\r\n",
                          "Content-Length:\r\n",
                          "Transfer-Encoding:\r\n",
                          "Transfer-Encoding: identity\r\n",
                          "Transfer-Encoding: gzip, chunked\r\n",
                          "Transfer-Encoding: chunked, gzip\r\n",
                          "Transfer-Encoding: chunked, chunked\r\n",
                          "Transfer-Encoding: chunked;a=b\r\n",
                          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                          "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"}) {
    EXPECT_EQ(verdict(post(bad, "{}")), 400U) << bad;
  }
  EXPECT_EQ(verdict("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400U);
  EXPECT_EQ(as_text(read(post("Content-Length: 002\r\n", "{}")).body), "{}");
  EXPECT_EQ(as_text(read(post("transfer-encoding: Chunked\r\n", "2\r\n{}\r\n0\r\n\r\n")).body),
            "{}");
}

TEST(HttpRequestParser, OnceAndHost) {
  for (const char* name : {"Authorization", "X-Amz-Date", "Expect"}) {
    const std::string line = name + ": a\r\n"s;
    EXPECT_EQ(verdict(post(line)), kAccepted) << name;
    EXPECT_EQ(verdict(post(line + line)), 400U) << name;
  }
  EXPECT_EQ(verdict(post("X-Other: a\r\nX-Other: a\r\n")), kAccepted);
  EXPECT_EQ(verdict(post("host: other\r\n")), 400U);
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\n\r\n"), 400U);
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\nHost: \r\n\r\n"), 400U);
  EXPECT_EQ(verdict("GET / HTTP/1.0\r\n\r\n"), kAccepted);
}

TEST(HttpRequestParser, LimitsOfTheHead) {
  const HttpLimits limits;
  const std::string version = " HTTP/1.1";
  const auto line = [&](std::size_t bytes) {
    return "GET /" + std::string(bytes - 5 - version.size(), 'x') + version;
  };
  EXPECT_EQ(verdict(line(limits.request_line_bytes) + "\r\nHost: a\r\n\r\n"), kAccepted);
  EXPECT_EQ(verdict(line(limits.request_line_bytes + 1) + "\r\nHost: a\r\n\r\n"), 414U);
  EXPECT_EQ(state_after(line(limits.request_line_bytes)), State::head);
  EXPECT_EQ(verdict(std::string(limits.request_line_bytes + 2, 'x')), 414U);

  const std::string host = "GET / HTTP/1.1\r\nHost: a\r\n";
  const std::size_t room = limits.header_bytes - std::string("Host: a\r\n").size();
  const auto header = [](std::size_t bytes) {
    return "X: " + std::string(bytes - 5, 'x') + "\r\n";
  };
  EXPECT_EQ(verdict(host + header(room) + "\r\n"), kAccepted);
  EXPECT_EQ(verdict(host + header(room + 1) + "\r\n"), 431U);
  EXPECT_EQ(verdict(host + "X: " + std::string(limits.header_bytes, 'x')), 431U);

  EXPECT_EQ(verdict(host + repeated(limits.header_lines - 1, "X: a\r\n") + "\r\n"), kAccepted);
  EXPECT_EQ(verdict(host + repeated(limits.header_lines, "X: a\r\n") + "\r\n"), 431U);
}

TEST(HttpRequestParser, LimitsOfTheHeadComeFirst) {
  const std::string bad = "no version\r\nno colon\r\n folded\r\nbare\n";
  EXPECT_EQ(verdict(bad + "\r\n"), 400U);
  EXPECT_EQ(verdict(bad + repeated(70, "X: a\r\n")), 431U);
  EXPECT_EQ(verdict(bad + std::string(17 * 1024, 'x')), 431U);
  EXPECT_EQ(verdict("no\0version"s + std::string(2000, 'x')), 414U);
}

TEST(HttpRequestParser, LimitOfTheBody) {
  const std::size_t limit = HttpLimits().body_bytes;
  const auto length = [](const std::string& digits) {
    return post("Content-Length: " + digits + "\r\n");
  };
  EXPECT_EQ(state_after(length(std::to_string(limit))), State::body);
  for (const std::string& digits : {std::to_string(limit + 1),
                                    "2147483648"s,
                                    "18446744073709551615"s,
                                    "18446744073709551616"s,
                                    std::string(1000, '9')}) {
    EXPECT_EQ(verdict(length(digits)), 413U) << digits;
  }
  const std::string chunk = "1000\r\n" + std::string(4096, ' ') + "\r\n";
  EXPECT_EQ(read(chunked(repeated(16, chunk) + "0\r\n\r\n")).body.size(), limit);
  EXPECT_EQ(verdict(chunked(repeated(16, chunk) + "1\r\n")), 413U);
  EXPECT_EQ(verdict(chunked("10001\r\n")), 413U);
  EXPECT_EQ(verdict(chunked("ffffffffffffffff\r\n")), 413U);
}

TEST(HttpRequestParser, ChunkedBodies) {
  const std::pair<std::string, std::string> good[] = {
      {"0\r\n\r\n", ""},
      {"5\r\nhello\r\n0\r\n\r\n", "hello"},
      {"A\r\n0123456789\r\n00a\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"},
      {"2\r\n\r\n\r\n1\r\n0\r\n0\r\n\r\n", "\r\n0"},
      {"1;a;b=c;d=\"e \\\" f\"\r\nx\r\n0;last\r\n\r\n", "x"},
      {"1\r\nx\r\n0\r\nTrailer: a\r\nHost: b\r\n\r\n", "x"}};
  for (const auto& [coded, body] : good) {
    const HttpRequest request = read(chunked(coded));
    EXPECT_EQ(as_text(request.body), body);
    EXPECT_EQ(request.headers.size(), 2U) << "no trailer among the headers";
  }
  for (const std::string& bad : {"\r\n"s,
                                 "g\r\n"s,
                                 "-1\r\n"s,
                                 "0x1\r\n\r\n"s,
                                 " 1\r\nx\r\n"s,
                                 "1\nx\r\n"s,
                                 "1\rx\r\n"s,
                                 "1\r\nxyz\r\n"s,
                                 "1\r\nx\n\n0\r\n\r\n"s,
                                 "1 1\r\nx\r\n"s,
                                 "1;\r\nx\r\n"s,
                                 "1;a=\r\nx\r\n"s,
                                 "1;a=\"\0\"\r\nx\r\n"s,
                                 "1;a=\"\n\"\r\nx\r\n"s,
                                 "1;a=\"\r\n\"\r\nx\r\n"s,
                                 "11111111111111111\r\n"s,
                                 "0\r\n\n"s,
                                 "0\r\nno colon\r\n\r\n"s,
                                 "0\r\nA: b\r\n folded\r\n\r\n"s,
                                 "0\r\nA : b\r\n\r\n"s,
                                 "0\r\nContent-Length: 0\r\n\r\n"s,
                                 "0\r\nTransfer-Encoding: chunked\r\n\r\n"s}) {
    EXPECT_EQ(verdict(chunked(bad)), 400U) << bad;
  }
}

TEST(HttpRequestParser, ChunkFramingIsBounded) {
  const std::string extension = ";" + std::string(500, 'a');
  EXPECT_EQ(verdict(chunked("1" + extension + "\r\nx\r\n0\r\n\r\n")), kAccepted);
  EXPECT_EQ(verdict(chunked("1" + repeated(3, extension))), 400U);
  EXPECT_EQ(verdict(chunked("0\r\n" + repeated(50, "A: b\r\n") + "\r\n")), kAccepted);
  EXPECT_EQ(verdict(chunked("0\r\n" + repeated(500, "A: b\r\n"))), 400U);
  EXPECT_EQ(verdict(chunked("1;a=\"\r\n" + std::string(2000, 'x'))), 400U);
}

TEST(HttpRequestParser, AnyCutGivesTheSame) {
  const std::string wire = "\r\n" + post("Content-Length: 5\r\n", "hello") +
                           chunked("3;a=\"b\"\r\nabc\r\n2\r\nde\r\n0\r\nA: b\r\n\r\n") +
                           "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
    HttpRequestParser parser{HttpLimits()};
    std::vector<std::string> bodies;
    for (std::size_t at = 0; at < wire.size(); at += piece) {
      ByteView rest = as_bytes(std::string_view(wire).substr(at, piece));
      while (!rest.empty()) {
        rest = rest.subspan(parser.feed(rest));
        ASSERT_NE(parser.state(), State::refused) << piece;
        if (parser.state() == State::complete) {
          bodies.emplace_back(as_text(parser.take().body));
        }
      }
    }
    EXPECT_EQ(bodies, (std::vector<std::string>{"hello", "abcde", ""})) << piece;
  }
}

TEST(HttpRequestParser, EmptyLinesBeforeARequest) {
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(state_after("\r\n"), State::start);
  EXPECT_EQ(verdict("\r\n\r\n" + get), kAccepted);
  EXPECT_EQ(verdict("\r\n\r\n\r\n" + get), 400U);
  EXPECT_EQ(verdict("\n" + get), 400U);
}

TEST(HttpRequestParser, LeavesTheNextRequest) {
  const std::string get = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
  HttpRequestParser parser{HttpLimits()};
  EXPECT_EQ(parser.feed(as_bytes(get + "GET /2")), get.size());
  EXPECT_EQ(parser.state(), State::complete);
  EXPECT_EQ(parser.feed(as_bytes("GET /2")), 0U);
  EXPECT_EQ(parser.take().target, "/1");
  EXPECT_EQ(parser.state(), State::start);
}

TEST(HttpRequestParser, KeepAlive) {
  const auto with = [](const std::string& version, const std::string& headers) {
    return "GET / HTTP/" + version + "\r\nHost: a\r\n" + headers + "\r\n";
  };
  EXPECT_TRUE(keep_alive(with("1.1", "")));
  EXPECT_TRUE(keep_alive(with("1.1", "Connection: Upgrade, x\r\n")));
  EXPECT_FALSE(keep_alive(with("1.1", "Connection: Close\r\n")));
  EXPECT_FALSE(keep_alive(with("1.1", "Connection: x\r\nConnection: a, close\r\n")));
  EXPECT_FALSE(keep_alive(with("1.0", "")));
  EXPECT_TRUE(keep_alive(with("1.0", "Connection: Keep-Alive\r\n")));
  EXPECT_FALSE(keep_alive(with("1.0", "Connection: keep-alive, close\r\n")));
  EXPECT_EQ(verdict(with("1.1", "Connection: \"close\"\r\n")), 400U);
  EXPECT_TRUE(keep_alive(chunked("0\r\nConnection: close\r\n\r\n"))) << "a trailer is too late";
}

TEST(HttpRequestParser, ExpectContinueOnlyWhileTheClientWaits) {
  const std::string head = post("Expect: 100-Continue\r\nContent-Length: 2\r\n");
  HttpRequestParser parser{HttpLimits()};
  parser.feed(as_bytes(head.substr(0, head.size() - 1)));
  EXPECT_FALSE(parser.take_expect_continue());
  parser.feed(as_bytes(head.substr(head.size() - 1)));
  EXPECT_TRUE(parser.take_expect_continue());
  EXPECT_FALSE(parser.take_expect_continue()) << "once";
  parser.feed(as_bytes("{}"));
  EXPECT_EQ(parser.state(), State::complete);

  HttpRequestParser hasty{HttpLimits()};
  hasty.feed(as_bytes(head + "{"));
  EXPECT_FALSE(hasty.take_expect_continue()) << "it did not wait";

  HttpRequestParser without_body{HttpLimits()};
  without_body.feed(as_bytes(post("Expect: 100-continue\r\n")));
  EXPECT_FALSE(without_body.take_expect_continue());
}

}  // namespace
}  // namespace tercet
