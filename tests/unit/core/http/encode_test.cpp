#include <string>

#include <gtest/gtest.h>

#include "core/http/http_codec.h"

namespace tercet {
namespace {

std::string encoded(const HttpResponse& response, bool keep_alive, bool head_request) {
  return std::string(as_text(encode_response(response, keep_alive, head_request, "today")));
}

TEST(EncodeResponse, HeadersThenLengthThenBody) {
  const HttpResponse response = HttpResponse::json(200, "{}");
  EXPECT_EQ(encoded(response, true, false),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: today\r\n"
            "Content-Length: 2\r\n\r\n{}");
}

TEST(EncodeResponse, NoBodyToHeadOrWithNoContent) {
  EXPECT_EQ(encoded(HttpResponse::text(404, "lost"), false, true),
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nDate: today\r\n"
            "Content-Length: 4\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(encoded(HttpResponse(204), true, false),
            "HTTP/1.1 204 No Content\r\nDate: today\r\n\r\n");
}

TEST(EncodeRequest, LengthIsAddedWhereOneIsExpected) {
  EXPECT_EQ(as_text(*encode_request(HttpRequest("GET", "/a"))), "GET /a HTTP/1.1\r\n\r\n");
  EXPECT_EQ(as_text(*encode_request(HttpRequest("POST", "/a"))),
            "POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
  HttpRequest with_body("PATCH", "/a");
  with_body.body = to_bytes(as_bytes("{}"));
  EXPECT_EQ(as_text(*encode_request(with_body)),
            "PATCH /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(EncodeRequest, WhatWouldBreakTheLinesIsRefused) {
  EXPECT_EQ(encode_request(HttpRequest("GET", "/a b")).error().code(), Errc::invalid_argument);
  EXPECT_EQ(encode_request(HttpRequest("GET", "/\r\nX: a")).error().code(), Errc::invalid_argument);
  EXPECT_EQ(encode_request(HttpRequest("GE T", "/")).error().code(), Errc::invalid_argument);
  HttpRequest bad_value("GET", "/");
  bad_value.headers.emplace_back("X", "a\r\nY: b");
  EXPECT_EQ(encode_request(bad_value).error().code(), Errc::invalid_argument);
  HttpRequest bad_name("GET", "/");
  bad_name.headers.emplace_back("X:", "a");
  EXPECT_EQ(encode_request(bad_name).error().code(), Errc::invalid_argument);
}

}  // namespace
}  // namespace tercet
