// JSON and metadata: rows 58 to 69.

#include <fstream>

#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

/// A good request of each operation on a key that does everything.
class Good {
 public:
  Good(const char* request_path, Json content, std::vector<std::string> of_metadata)
      : path(request_path), body(std::move(content)), required(std::move(of_metadata)) {}

  std::string path;
  Json body;
  std::vector<std::string> required;  ///< members of requestMetadata
};

const std::vector<Good>& good_requests() {
  static const std::vector<Good> requests = [] {
    const std::vector<std::string> two = {"kmsOperation", "kmsRequestId"};
    const std::vector<std::string> three = {"awsPrincipalArn", "kmsOperation", "kmsRequestId"};
    const std::vector<std::string> four = {
        "awsPrincipalArn", "kmsOperation", "kmsRequestId", "kmsKeyArn"};
    return std::vector<Good>{
        {"/health", Json::parse(health_body()), two},
        {"/keys/normal/metadata", Json::parse(metadata_body()), three},
        {"/keys/normal/encrypt", encrypt_json(bytes_of("x"), bytes_of("aad"), true), four},
        {"/keys/normal/decrypt", decrypt_json(seal("normal", bytes_of("x"))), four}};
  }();
  return requests;
}

void expect_200(const XksReply& reply) {
  EXPECT_EQ(reply.status, 200U) << reply.text();
}

TEST(Conformance_Row58, BodiesThatAreNoJsonObject) {
  for (const Good& good : good_requests()) {
    SCOPED_TRACE(good.path);
    const std::string text = good.body.dump();
    std::string bad_utf8 = text;
    bad_utf8.insert(bad_utf8.find("kms") + 3, "\xff\xfe");
    for (const std::string& body : {std::string(),
                                    std::string("[]"),
                                    std::string("null"),
                                    std::string("\"text\""),
                                    std::string("7"),
                                    text.substr(0, text.size() - 1),
                                    text.substr(0, text.size() / 2),
                                    text + text,
                                    text + "x",
                                    "[" + text + "]",
                                    bad_utf8,
                                    "\xef\xbb\xbf" + text,
                                    std::string("{\"requestMetadata\":"),
                                    std::string(1, '\0')}) {
      expect_validation(client().post(good.path, body));
    }
    expect_200(client().post(good.path, " \t\r\n" + text + "\n"));
  }
}

TEST(Conformance_Row59, EmptyBodyAndEmptyMetadata) {
  for (const Good& good : good_requests()) {
    SCOPED_TRACE(good.path);
    expect_validation(client().post(good.path, "{}"));
    expect_validation(client().post(good.path, R"({"requestMetadata":{}})"));
    Json empty = good.body;
    empty["requestMetadata"] = Json::object();
    expect_validation(client().post(good.path, empty.dump()));
    for (const Json& other : {Json(), Json("text"), Json(1), Json::array()}) {
      empty["requestMetadata"] = other;
      expect_validation(client().post(good.path, empty.dump()));
    }
  }
}

TEST(Conformance_Row60, RequiredMetadata) {
  for (const Good& good : good_requests()) {
    for (const std::string& member : good.required) {
      SCOPED_TRACE(good.path + " " + member);
      Json body = good.body;
      body["requestMetadata"].erase(member);
      expect_validation(client().post(good.path, body.dump()));
      for (const Json& other : {Json(1), Json(), Json::object(), Json::array({"a"}), Json(true)}) {
        body["requestMetadata"][member] = other;
        expect_validation(client().post(good.path, body.dump()));
      }
    }
  }
}

TEST(Conformance_Row61, UnknownMembers) {
  for (const Good& good : good_requests()) {
    Json body = good.body;
    for (Json* object : {&body, &body["requestMetadata"]}) {
      (*object)["futureText"] = "x";
      (*object)["futureNumber"] = 1.5e3;
      (*object)["futureList"] = Json::array({1, Json::object(), nullptr, true});
      (*object)["futureObject"] = Json{{"a", {{"b", "c"}}}};
      (*object)[""] = false;
    }
    expect_200(client().post(good.path, body.dump()));
  }
  // GetKeyMetadata with members that only the others require.
  const Json with_more{{"requestMetadata", metadata("CreateKey")}};
  ASSERT_TRUE(with_more["requestMetadata"].contains("kmsKeyArn"));
  expect_200(client().post("/keys/normal/metadata", with_more.dump()));
}

TEST(Conformance_Row62, UnknownKmsOperations) {
  for (const Good& good : good_requests()) {
    for (const char* operation : {"FutureOperation", "", "Sign", "encrypt", "\u00e4"}) {
      Json body = good.body;
      body["requestMetadata"]["kmsOperation"] = operation;
      expect_200(client().post(good.path, body.dump()));
    }
  }
}

TEST(Conformance_Row63, RequestIdsAreOpaque) {
  for (const Good& good : good_requests()) {
    for (const std::string& id : {std::string(),
                                  std::string("not a UUID"),
                                  std::string(10'000, 'i'),
                                  std::string("\"quoted\" \\ \n\r\t\x01\x1f\x7f"),
                                  std::string("\u2028 \u00fc \U0001f511")}) {
      Json body = good.body;
      body["requestMetadata"]["kmsRequestId"] = id;
      expect_200(client().post(good.path, body.dump()));
    }
  }
  std::ifstream log(live_cluster().file("requests.jsonl"));
  std::size_t lines = 0;
  for (std::string line; std::getline(log, line); ++lines) {
    EXPECT_TRUE(Json::parse(line, nullptr, false).is_object()) << line;
  }
  EXPECT_GT(lines, 20U);
}

TEST(Conformance_Row64, PrincipalsAndKeyArnsAreNotParsed) {
  for (const Good& good : good_requests()) {
    for (const std::string& text : {std::string(2048, 'p'),
                                    std::string("AWS Internal"),
                                    std::string("ec2.amazonaws.com"),
                                    std::string("arn:aws:kms:us-east-2:1:/key/x"),
                                    std::string()}) {
      Json body = good.body;
      body["requestMetadata"]["awsPrincipalArn"] = text;
      body["requestMetadata"]["kmsKeyArn"] = text;
      expect_200(client().post(good.path, body.dump()));
    }
  }
}

TEST(Conformance_Row65, OptionalMembers) {
  for (const Good& good : good_requests()) {
    SCOPED_TRACE(good.path);
    Json body = good.body;
    for (const char* member : {"kmsViaService", "awsSourceVpc", "awsSourceVpce"}) {
      body["requestMetadata"].erase(member);
      expect_200(client().post(good.path, body.dump()));
      body["requestMetadata"][member] = "present";
      expect_200(client().post(good.path, body.dump()));
      body["requestMetadata"][member] = nullptr;
      expect_200(client().post(good.path, body.dump()));
    }
  }
  for (const Json& absent : {Json(), Json("")}) {
    Json body = encrypt_json(bytes_of("x"));
    body["additionalAuthenticatedData"] = absent;
    expect_200(client().post("/keys/normal/encrypt", body.dump()));
  }
  Json body = encrypt_json(bytes_of("x"));
  body["ciphertextDataIntegrityValueAlgorithm"] = nullptr;
  const XksReply reply = client().post("/keys/normal/encrypt", body.dump());
  expect_200(reply);
  EXPECT_FALSE(reply.json.contains("ciphertextDataIntegrityValue"));
}

TEST(Conformance_Row66, MembersGivenTwice) {
  for (const Good& good : good_requests()) {
    SCOPED_TRACE(good.path);
    const std::string text = good.body.dump();
    for (const auto& [member, value] : good.body.items()) {
      const std::string again = "{\"" + member + "\":" + value.dump() + ",";
      expect_validation(client().post(good.path, again + text.substr(1)));
    }
    std::string twice = text;
    const std::string inner = "\"requestMetadata\":{";
    twice.insert(twice.find(inner) + inner.size(), "\"kmsOperation\":\"Other\",");
    expect_validation(client().post(good.path, twice));
    std::string escaped = text;  // the same name, written otherwise
    escaped.insert(escaped.find(inner) + inner.size(), "\"kms\\u004fperation\":\"Other\",");
    expect_validation(client().post(good.path, escaped));
  }
}

TEST(Conformance_Row67, StrictBase64) {
  const std::vector<std::string> bad = {"-_-_",
                                        "YQ",
                                        "YQ=",
                                        "YQ===",
                                        "YWE",
                                        "YQ== ",
                                        " YQ==",
                                        "Y Q==",
                                        "YQ=\n=",
                                        "YWFh\nYWFh",
                                        "YWFh\r\n",
                                        "YR==",
                                        "YWF=",
                                        "====",
                                        "=",
                                        "Y===",
                                        "YQ==YQ==",
                                        "YQ\u00e4=",
                                        "YW\x01h"};
  const auto refused = [&](const std::string& path, const Json& body, const std::string& member) {
    for (const std::string& text : bad) {
      SCOPED_TRACE(member + " " + text);
      Json bent = body;
      bent[member] = text;
      expect_validation(client().post(path, bent.dump()));
    }
  };
  const Json encrypt_body = encrypt_json(bytes_of("x"), bytes_of("aad"));
  for (const char* member : {"plaintext", "additionalAuthenticatedData"}) {
    refused("/keys/normal/encrypt", encrypt_body, member);
  }
  const Json decrypt_body = decrypt_json(seal("normal", bytes_of("x"), bytes_of("aad")));
  for (const char* member : {"ciphertext",
                             "initializationVector",
                             "authenticationTag",
                             "ciphertextMetadata",
                             "additionalAuthenticatedData"}) {
    refused("/keys/normal/decrypt", decrypt_body, member);
  }
}

TEST(Conformance_Row68, EscapesInStrings) {
  const Bytes text = bytes_of("escaped");
  const auto escape = [](const std::string& plain) {
    std::string out;
    for (const char c : plain) {
      char digits[8];
      std::snprintf(digits, sizeof digits, "\\u%04x", static_cast<unsigned>(c));
      out += digits;
    }
    return out;
  };
  const std::string body = R"({"requestMetadata":)" + metadata("Encrypt").dump() + R"(,")" +
                           escape("plaintext") + R"(":")" + escape(base64(text)) + R"(",")" +
                           "encryptionAlgorithm" + R"(":")" + escape("AES_GCM") + R"("})";
  const XksReply reply = client().post("/keys/normal/encrypt", body);
  ASSERT_EQ(reply.status, 200U) << reply.text();
  EXPECT_EQ(open("normal", sealed_in(reply)), text);
}

TEST(Conformance_Row69, DeepAndLargeDocuments) {
  for (const Good& good : good_requests()) {
    SCOPED_TRACE(good.path);
    const std::string text = good.body.dump();
    const auto with = [&](const std::string& value) {
      return client().post(good.path, "{\"future\":" + value + "," + text.substr(1));
    };
    const auto nested = [](std::size_t depth) {
      return std::string(depth, '[') + std::string(depth, ']');
    };
    expect_200(with(nested(7)));  // eight, with the object around
    expect_validation(with(nested(8)));
    expect_validation(with(nested(9)));
    expect_validation(with(nested(20'000)));
    expect_validation(with(std::string(30'000, '[')));
    expect_validation(with(std::string(10'000, '9')));
    expect_validation(with("-" + std::string(10'000, '1') + "e" + std::string(1'000, '9')));
    std::string members;
    for (int i = 0; i < 65; ++i) {
      members += (i == 0 ? "{" : ",") + std::string("\"m") + std::to_string(i) + "\":1";
    }
    expect_validation(with(members + "}"));
  }
}

}  // namespace
}  // namespace tercet::test
