// HTTP: rows 11 to 25.

#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

const std::vector<std::string>& four_paths() {
  static const std::vector<std::string> paths = {
      "/health", "/keys/normal/metadata", "/keys/normal/encrypt", "/keys/normal/decrypt"};
  return paths;
}

XksMessage signed_message(const std::string& rest, const std::string& body) {
  XksMessage message = client().message(rest, body);
  message.sign(client().endpoint().credential);
  return message;
}

/// The request as bytes, with other text in the place of `old`.
std::string bent(std::string wire, const std::string& old, const std::string& fresh) {
  const std::size_t at = wire.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return wire.replace(at, old.size(), fresh);
}

std::string health_wire() {
  return signed_message("/health", health_body()).wire();
}

/// Sends the bytes on a connection of their own, which must end after an answer of this status.
void expect_refusal(const std::string& wire, unsigned status) {
  TlsClient connection(tls_options(client().endpoint()));
  connection.send(wire);
  const RawResponse response = connection.read_response();
  EXPECT_EQ(response.status, status) << response.head;
  EXPECT_TRUE(connection.ends(Milliseconds(20'000)));
}

/// Sends the bytes, until the answer is not 503.
RawResponse answer_to(const std::function<std::string()>& wire) {
  RawResponse response;
  for (int attempt = 0; attempt < 100; ++attempt) {
    TlsClient connection(tls_options(client().endpoint()));
    connection.send(wire());
    response = connection.read_response();
    if (response.status != 503) {
      break;
    }
  }
  return response;
}

void expect_405(const std::string& method, const XksMessage& like) {
  SCOPED_TRACE(method + " " + like.target);
  XksMessage message = like;
  message.method = method;
  const XksReply reply = client().once(message);
  EXPECT_EQ(reply.status, 405U) << reply.text();
  EXPECT_EQ(reply.raw.header("Allow").value_or(""), "POST");
}

TEST(Conformance_Row11_12, OtherMethodsThanPost) {
  std::vector<std::string> paths = four_paths();
  paths.emplace_back("/keys/unknown_key/metadata");
  paths.emplace_back("/keys/unknown_key/encrypt");
  for (const std::string& path : paths) {
    for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "post"}) {
      expect_405(method, client().message(path, ""));
      expect_405(method, client().message(path, health_body()));
      XksMessage message = client().message(path, "");
      message.method = method;
      message.sign(client().endpoint().credential);
      expect_405(method, message);
    }
  }
}

TEST(Conformance_Row13, EveryAnswerOfTheApiIsJson) {
  const std::string bodies[] = {health_body(), metadata_body(), "{}", ""};
  for (const std::string& path : four_paths()) {
    for (const std::string& body : bodies) {
      const XksReply reply = client().post(path, body);
      EXPECT_EQ(reply.raw.header("Content-Type").value_or(""), "application/json");
      EXPECT_TRUE(reply.json.is_object()) << reply.text();
    }
    const XksReply unsigned_reply = client().once(client().message(path, health_body()));
    EXPECT_EQ(unsigned_reply.raw.header("Content-Type").value_or(""), "application/json");
    XksMessage get = client().message(path, "");
    get.method = "GET";
    EXPECT_EQ(client().once(get).raw.header("Content-Type").value_or(""), "application/json");
  }
  const XksReply lost = client().once(client().message("/nothing", "{}"));
  EXPECT_EQ(lost.raw.header("Content-Type").value_or(""), "application/json");
}

TEST(Conformance_Row14_15, ContentTypeOfRequests) {
  const auto with_type = [](const std::string& path, const std::string& body, const char* type) {
    return client().call([&] {
      XksMessage message = client().message(path, body);
      message.remove("Content-Type");
      if (type != nullptr) {
        message.set("Content-Type", type);
      }
      message.sign(client().endpoint().credential);
      return message;
    });
  };
  const std::string encrypt_body = encrypt_json(bytes_of("text")).dump();
  const std::pair<std::string, std::string> requests[] = {
      {"/health", health_body()},
      {"/keys/normal/metadata", metadata_body()},
      {"/keys/normal/encrypt", encrypt_body}};
  for (const auto& [path, body] : requests) {
    for (const char* bad :
         {static_cast<const char*>(nullptr), "text/plain", "", "application/jsonx", "json"}) {
      SCOPED_TRACE(path + " " + (bad == nullptr ? "none" : bad));
      expect_validation(with_type(path, body, bad));
    }
    for (const char* good : {"application/json; charset=utf-8",
                             "Application/JSON",
                             "application/json;charset=UTF-8",
                             "application/json ; a=b"}) {
      EXPECT_EQ(with_type(path, body, good).status, 200U) << good;
    }
  }
}

TEST(Conformance_Row16, ChunkedBody) {
  const std::string plain = encrypt_json(bytes_of("in pieces")).dump();
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, plain.size()}) {
    const RawResponse response = answer_to([&] {
      std::string wire = signed_message("/keys/normal/encrypt", plain).wire();
      wire.resize(wire.find("Content-Length"));
      wire += "Transfer-Encoding: chunked\r\n\r\n";
      for (std::size_t at = 0; at < plain.size(); at += piece) {
        const std::string part = plain.substr(at, piece);
        char size[32];
        std::snprintf(size, sizeof size, "%zx", part.size());
        wire += std::string(size) + "\r\n" + part + "\r\n";
      }
      return wire + "0\r\n\r\n";
    });
    EXPECT_EQ(response.status, 200U) << response.body;
  }
}

TEST(Conformance_Row17, AmbiguousLengths) {
  const std::string length = "Content-Length: " + std::to_string(health_body().size());
  for (const std::string& bad : {length + "\r\nTransfer-Encoding: chunked",
                                 "Transfer-Encoding: chunked\r\n" + length,
                                 length + "\r\nContent-Length: 7",
                                 length + "\r\n" + length,
                                 std::string("Content-Length: -1"),
                                 std::string("Content-Length: +7"),
                                 std::string("Content-Length: 0x10"),
                                 std::string("Content-Length: 7, 7"),
                                 std::string("Content-Length: seven"),
                                 std::string("Content-Length:"),
                                 std::string("Transfer-Encoding: gzip, chunked"),
                                 std::string("Transfer-Encoding: identity")}) {
    SCOPED_TRACE(bad);
    expect_refusal(bent(health_wire(), length, bad), 400);
  }
}

TEST(Conformance_Row18, BadHeaderLines) {
  using namespace std::string_literals;
  for (const std::string& bad : {"X-A: a\0b"s,
                                 "X-A: a\rb"s,
                                 "X-A: a\x01"s,
                                 "X-A: a\r\n folded"s,
                                 "X-A: a\r\n\tfolded"s,
                                 "X-A : a"s,
                                 " X-A: a"s,
                                 "X A: a"s,
                                 ": a"s,
                                 "no colon"s,
                                 "X-A: a\nX-B: bare line feed"s}) {
    SCOPED_TRACE(bad);
    expect_refusal(bent(health_wire(), "Content-Type:", bad + "\r\nContent-Type:"), 400);
  }
}

TEST(Conformance_Row19, HostMissingOrTwice) {
  const std::string host = "Host: " + client().message("/health", "").value("Host") + "\r\n";
  expect_refusal(bent(health_wire(), host, ""), 400);
  expect_refusal(bent(health_wire(), host, host + host), 400);
  expect_refusal(bent(health_wire(), host, host + "host: other.example\r\n"), 400);
  expect_refusal(bent(health_wire(), host, "Host:\r\n"), 400);
}

TEST(Conformance_Row20, HeaderNamesInAnyCaseAndOrderAndUnknownOnes) {
  const XksReply reply = client().call([] {
    XksMessage message = signed_message("/health", health_body());
    std::reverse(message.headers.begin(), message.headers.end());
    bool upper = false;
    for (auto& [name, value] : message.headers) {
      upper = !upper;
      for (char& c : name) {
        const auto byte = static_cast<unsigned char>(c);
        c = static_cast<char>(upper ? std::toupper(byte) : std::tolower(byte));
      }
    }
    message.headers.emplace(message.headers.begin(), "X-Unknown", "of no concern");
    message.headers.emplace_back("User-Agent", "curl/8 \"quoted\" (x)");
    message.headers.emplace_back("X-Empty", "");
    return message;
  });
  EXPECT_EQ(reply.status, 200U) << reply.text();
}

TEST(Conformance_Row21, HeadsOverTheLimits) {
  const std::string mark = "Content-Type:";
  std::string lines;
  for (int i = 0; i < 65; ++i) {
    lines += "X-" + std::to_string(i) + ": a\r\n";
  }
  expect_refusal(bent(health_wire(), mark, lines + mark), 431);
  const std::string large = "X-Large: " + std::string(17 * 1024, 'a') + "\r\n";
  expect_refusal(bent(health_wire(), mark, large + mark), 431);
  // One line without an end; nothing beyond the limit is waited for.
  expect_refusal("POST / HTTP/1.1\r\nX-Endless: " + std::string(17 * 1024, 'a'), 431);
  expect_refusal(bent(health_wire(), "/health ", "/health" + std::string(1024, 'x') + " "), 414);
  expect_refusal("POST /" + std::string(2000, 'x'), 414);
  // At the limits all is well: 64 lines, and a line of 1 KiB that is no path of ours.
  const std::string few = lines.substr(0, lines.find("X-59:"));  // 59 and the five of the request
  const RawResponse full = answer_to([&] { return bent(health_wire(), mark, few + mark); });
  EXPECT_EQ(full.status, 200U) << full.body;
  const std::string line = "POST /" + std::string(1024 - 15, 'x') + " HTTP/1.1";
  TlsClient connection(tls_options(client().endpoint()));
  connection.send(line + "\r\nHost: a\r\n\r\n");
  EXPECT_EQ(connection.read_response().status, 404U);
}

TEST(Conformance_Row22, BodiesOverTheLimit) {
  const std::string length = "Content-Length: " + std::to_string(health_body().size());
  for (const char* size : {"65537", "2147483648", "99999999999999999999999"}) {
    SCOPED_TRACE(size);
    std::string wire = bent(health_wire(), length, "Content-Length: " + std::string(size));
    expect_refusal(wire, 413);
  }
  TlsClient connection(tls_options(client().endpoint()));
  std::string wire = health_wire();
  wire.resize(wire.find("Content-Length"));
  connection.send(wire + "Transfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "1000\r\n" + std::string(4096, ' ') + "\r\n";
  for (int i = 0; i < 17 && connection.send(chunk); ++i) {
  }
  EXPECT_EQ(connection.read_response().status, 413U);
  EXPECT_TRUE(connection.ends(Milliseconds(20'000)));
  // A body of exactly the limit is read: the answer is about its content.
  const std::string full = health_body() + std::string(65536 - health_body().size(), ' ');
  EXPECT_EQ(client().post("/health", full).status, 200U);
}

TEST(Conformance_Row23, ClientGoneBeforeTheEndOfItsBody) {
  const pid_t proxy = live_cluster().pid("proxy-1");
  for (std::size_t i = 0; i < 20; ++i) {
    TlsClient connection(tls_options(client().endpoint()));
    const std::string wire = health_wire();
    connection.send(wire.substr(0, i * wire.size() / 20));
    if (i % 2 == 0) {
      connection.drop();
    }
  }
  EXPECT_EQ(client().post("/health", health_body()).status, 200U);
  EXPECT_TRUE(live_cluster().alive("proxy-1"));
  EXPECT_EQ(live_cluster().pid("proxy-1"), proxy);
}

TEST(Conformance_Row24, ExpectContinue) {
  RawResponse response;
  for (int attempt = 0; attempt < 100 && (response.status == 0 || response.status == 503);
       ++attempt) {
    TlsClient connection(tls_options(client().endpoint()));
    XksMessage message = client().message("/health", health_body());
    message.set("Expect", "100-continue");
    message.sign(client().endpoint().credential);
    const std::string wire = message.wire();
    const std::size_t body = wire.find("\r\n\r\n") + 4;
    connection.send(wire.substr(0, body));
    ASSERT_EQ(connection.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    connection.send(wire.substr(body));
    response = connection.read_response();
  }
  EXPECT_EQ(response.status, 200U) << response.body;
}

TEST(Conformance_Row25, FormOfResponses) {
  const Sealed sealed = seal("normal", bytes_of("in one line"));
  const XksReply replies[] = {client().post("/health", health_body()),
                              client().post("/keys/normal/metadata", metadata_body()),
                              encrypt("normal", encrypt_json(bytes_of("in one line"), {}, true)),
                              decrypt("normal", decrypt_json(sealed)),
                              client().post("/keys/unknown_key/metadata", metadata_body())};
  for (const XksReply& reply : replies) {
    const std::string& body = reply.raw.body;
    EXPECT_EQ(reply.raw.header("Content-Length").value_or(""), std::to_string(body.size()));
    EXPECT_FALSE(reply.raw.header("Transfer-Encoding"));
    EXPECT_EQ(body.find_first_of("\r\n"), std::string::npos) << body;
    EXPECT_EQ(body.find("\": "), std::string::npos) << body;
    EXPECT_EQ(body.find(", \""), std::string::npos) << body;
    EXPECT_EQ(body.size(), reply.json.dump().size()) << body;
  }
}

}  // namespace
}  // namespace tercet::test
