// SigV4, clocks, scopes, forms and repeats: rows 43 to 56. Row 57, that comparison takes the same
// time wherever the first wrong digit is, is ct::equal in core/sigv4/verify.cpp
// (tests/unit/core/ct).

#include <algorithm>

#include "core/crypto/hash.h"
#include "tests/conformance/sigv4_requests.h"

namespace tercet::test {
namespace {

constexpr const char* kEmptySha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

XksReply dated(const std::string& date) {
  return bent_before([&](XksMessage& message) { message.set("X-Amz-Date", date); });
}

/// Sent with a date that the signer would not sign: the signature is of another date.
XksReply misdated(const std::string& date) {
  return bent_after([&](XksMessage& message) { message.set("X-Amz-Date", date); });
}

TEST(Conformance_Row43, Clocks) {
  // A second or two may pass between here and the check; the exact limit is a unit test's.
  for (const std::int64_t off : {0, 1, 240, 290}) {
    SCOPED_TRACE(off);
    expect_200(dated(amz_date(off)));
    expect_200(dated(amz_date(-off)));
  }
  for (const std::int64_t off :
       {std::int64_t{310}, std::int64_t{3600}, std::int64_t{86'400}, std::int64_t{365 * 86'400}}) {
    SCOPED_TRACE(off);
    expect_401(dated(amz_date(off)));
    expect_401(dated(amz_date(-off)));
  }
}

TEST(Conformance_Row44, ScopeOfAnotherDay) {
  const std::string today = "/" + amz_date(-200).substr(0, 8) + "/";
  for (const char* other : {"/20260115/", "/20991231/", "/2026011/", "//", "/2026-1-1/"}) {
    expect_401(with_authorization([&](std::string text) {
      const std::size_t at = text.find("/20");
      return text.replace(at, today.size(), other);
    }));
  }
}

TEST(Conformance_Row45, OtherScopes) {
  const auto with_scope = [](const std::string& region, const std::string& service) {
    LiveCredential credential = client().endpoint().credential;
    credential.region = region;
    credential.service = service;
    return with_credential(credential);
  };
  const std::string service = "kms-xks-proxy";
  expect_200(with_scope("us-east-1", service));
  for (const char* region : {"eu-west-1", "US-EAST-1", "us-east-1 ", "us-east-11", ""}) {
    SCOPED_TRACE(region);
    expect_401(with_scope(region, service));
  }
  for (const char* other : {"kms", "KMS-XKS-PROXY", "kms-xks-proxy-2", "s3", ""}) {
    SCOPED_TRACE(other);
    expect_401(with_scope("us-east-1", other));
  }
  expect_401(with_replaced("aws4_request", "aws5_request"));
  expect_401(with_replaced("aws4_request", "AWS4_REQUEST"));
}

TEST(Conformance_Row46, BadDates) {
  const std::string good = amz_date(0);
  expect_401(bent_after([&](XksMessage& message) {
    message.remove("X-Amz-Date");
    message.set("Date", "Thu, 15 Jan 2026 08:09:10 GMT");
  }));
  expect_401(bent_after([&](XksMessage& message) {
    message.remove("X-Amz-Date");
    message.set("Date", good);
  }));
  const std::string day = good.substr(0, 8);
  for (const std::string& date : {std::string(),
                                  std::string("2026-01-15T08:09:10Z"),
                                  good.substr(0, 15),
                                  good + "Z",
                                  day,
                                  day + "T246060Z",
                                  day.substr(0, 4) + "1301T080910Z",
                                  day.substr(0, 4) + "0230T080910Z",
                                  day + "t080910z",
                                  std::string("20260115T080910+")}) {
    SCOPED_TRACE(date);
    expect_401(misdated(date));
  }
}

TEST(Conformance_Row47, RepeatedHeaders) {
  for (const char* name : {"X-Amz-Date", "Authorization"}) {
    const XksReply reply = bent_after(
        [&](XksMessage& message) { message.headers.emplace_back(name, message.value(name)); });
    EXPECT_TRUE(reply.status == 400 || reply.status == 401) << reply.text();
  }
}

TEST(Conformance_Row48, PayloadHashes) {
  const std::string wrong = to_hex(sha256(bytes_of("another body")));
  for (const std::string& value : {std::string("UNSIGNED-PAYLOAD"),
                                   std::string("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
                                   std::string("STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
                                   wrong,
                                   std::string(kEmptySha256),
                                   std::string()}) {
    SCOPED_TRACE(value);
    const Bend set = [&](XksMessage& message) { message.set("X-Amz-Content-Sha256", value); };
    expect_401(bent_before(set));
    expect_401(bent_before(set, "host;x-amz-content-sha256;x-amz-date"));
  }
  expect_401(bent_before([](XksMessage& message) {  // upper case is not what we would write
    std::string hash = to_hex(sha256(as_bytes(message.body)));
    std::transform(hash.begin(), hash.end(), hash.begin(), [](unsigned char c) {
      return static_cast<char>(std::toupper(c));
    });
    message.set("X-Amz-Content-Sha256", hash);
  }));
}

TEST(Conformance_Row49, SignatureInTheQueryString) {
  XksMessage message = client().message("/keys/normal/metadata", metadata_body());
  message.sign(client().endpoint().credential);
  const std::string authorization = message.value("Authorization");
  message.remove("Authorization");
  message.target += "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=" + message.value("X-Amz-Date") +
                    "&X-Amz-Signature=" + authorization.substr(authorization.size() - 64);
  expect_error(client().once(message), 404, "InvalidUriPathException");
}

TEST(Conformance_Row50, FormOfTheSignature) {
  const auto with_signature = [](const std::function<std::string(std::string)>& change) {
    return with_authorization([&](const std::string& text) {
      return text.substr(0, text.size() - 64) + change(text.substr(text.size() - 64));
    });
  };
  expect_401(with_signature([](std::string digits) {
    digits.back() = 'a';  // so that there is a letter
    std::transform(digits.begin(), digits.end(), digits.begin(), [](unsigned char c) {
      return static_cast<char>(std::toupper(c));
    });
    return digits;
  }));
  expect_401(with_signature([](const std::string& digits) { return digits.substr(1); }));
  expect_401(with_signature([](const std::string& digits) { return digits + "0"; }));
  expect_401(with_signature([](const std::string& digits) { return "g" + digits.substr(1); }));
  expect_401(with_signature([](const std::string&) { return std::string(); }));
}

TEST(Conformance_Row51, SameBytesThreeTimes) {
  // Each time over if the machine was too busy: a refused request has not used its signature up,
  // but one whose answer came too late may have.
  const auto three_times = [](const std::string& path, const std::string& body) {
    XksMessage message = client().message(path, body);
    message.sign(client().endpoint().credential);
    std::vector<unsigned> statuses;
    for (int i = 0; i < 3; ++i) {
      statuses.push_back(client().once(message).status);
    }
    return statuses;
  };
  const std::vector<unsigned> good(3, 200U);
  const std::string sealed = decrypt_json(seal("normal", bytes_of("again"))).dump();
  const std::pair<std::string, std::string> requests[] = {
      {"/keys/normal/metadata", metadata_body()},
      {"/keys/normal/encrypt", encrypt_json(bytes_of("again")).dump()},
      {"/keys/normal/decrypt", sealed}};
  for (const auto& request : requests) {
    std::vector<unsigned> statuses;
    EXPECT_TRUE(eventually([&] {
      statuses = three_times(request.first, request.second);
      return std::count(statuses.begin(), statuses.end(), 503U) == 0;
    }));
    EXPECT_EQ(statuses, good) << request.first;
  }
}

TEST(Conformance_Row52, CredentialOfAnotherStore) {
  for (const LiveCredential& credential : plain_store().credentials) {
    expect_401(with_credential(credential));
  }
  XksClient plain(endpoint_of(plain_store()));
  expect_401(plain.call([&] {
    XksMessage message = plain.message("/keys/plain_key/metadata", metadata_body());
    message.sign(client().endpoint().credential);
    return message;
  }));
}

TEST(Conformance_Row53, AuthenticationComesBeforeContent) {
  LiveCredential wrong = client().endpoint().credential;
  wrong.secret_access_key = "Invalid" + wrong.secret_access_key;
  const auto post = [&](const std::string& path, const std::string& body) {
    return client().call([&] {
      XksMessage message = client().message(path, body);
      message.sign(wrong);
      return message;
    });
  };
  for (const char* path : {"/health",
                           "/keys/normal/metadata",
                           "/keys/normal/encrypt",
                           "/keys/normal/decrypt",
                           "/keys/non_existing_key/metadata",
                           "/keys/disabled_key/encrypt",
                           "/keys/impotent_key/decrypt"}) {
    SCOPED_TRACE(path);
    expect_401(post(path, "{bad json"));
    expect_401(post(path, metadata_body()));
  }
}

TEST(Conformance_Row54_125, TwoCredentialsOfTheLongestAndShortestKind) {
  const LiveStore plain = plain_store();
  EXPECT_EQ(plain.credentials[0].access_key_id.size(), 20U);
  EXPECT_EQ(plain.credentials[0].secret_access_key.size(), 43U);
  EXPECT_EQ(plain.credentials[1].access_key_id.size(), 30U);
  EXPECT_EQ(plain.credentials[1].secret_access_key.size(), 64U);
  EXPECT_EQ(long_store().credentials[0].secret_access_key.size(), 44U);
  for (std::size_t i = 0; i < 2; ++i) {
    XksClient with(endpoint_of(plain, i));
    expect_200(with.post("/health", health_body()));
    expect_200(with.post("/keys/plain_key/encrypt", encrypt_json(bytes_of("x")).dump()));
    // All of the secret counts, also what is after the 43rd character.
    LiveEndpoint endpoint = endpoint_of(plain, i);
    endpoint.credential.secret_access_key.back() = 'Q';
    expect_401(XksClient(endpoint).post("/health", health_body()));
  }
  expect_200(XksClient(endpoint_of(long_store())).post("/health", health_body()));
}

TEST(Conformance_Row55, CommasWithAndWithoutSpaces) {
  expect_200(with_authorization([](std::string text) {
    return replaced(replaced(std::move(text), ", S", ",S"), ", S", ",S");
  }));
  expect_200(with_authorization([](const std::string& text) {  // the parts in another order
    const std::size_t first = text.find("Credential=");
    const std::size_t second = text.find(", SignedHeaders=");
    return "AWS4-HMAC-SHA256 " + text.substr(second + 2) + ", " +
           text.substr(first, second - first);
  }));
}

}  // namespace
}  // namespace tercet::test
