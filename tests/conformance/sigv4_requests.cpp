#include "tests/conformance/sigv4_requests.h"

namespace tercet::test {

XksReply ask(const Bend& before, const Bend& after, const std::string& signed_headers) {
  return client().call([&] {
    XksMessage message = client().message("/keys/normal/metadata", metadata_body());
    before(message);
    message.sign(client().endpoint().credential, signed_headers);
    after(message);
    return message;
  });
}

XksReply bent_before(const Bend& before, const std::string& names) {
  return ask(before, nothing, names);
}

XksReply bent_after(const Bend& after) {
  return ask(nothing, after, "host;x-amz-date");
}

void expect_401(const XksReply& reply) {
  expect_unauthenticated(reply);
  static const std::string first = reply.raw.body;
  EXPECT_EQ(reply.raw.body, first);
}

void expect_200(const XksReply& reply) {
  EXPECT_EQ(reply.status, 200U) << reply.text();
}

XksReply with_credential(const LiveCredential& credential) {
  return client().call([&] {
    XksMessage message = client().message("/keys/normal/metadata", metadata_body());
    message.sign(credential);
    return message;
  });
}

XksReply with_authorization(const std::function<std::string(std::string)>& change) {
  return bent_after([&](XksMessage& message) {
    message.set("Authorization", change(message.value("Authorization")));
  });
}

std::string replaced(std::string text, const std::string& old, const std::string& fresh) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << text << " lacks " << old;
  return at == std::string::npos ? text : text.replace(at, old.size(), fresh);
}

XksReply with_replaced(const std::string& old, const std::string& fresh) {
  return with_authorization(
      [&](std::string text) { return replaced(std::move(text), old, fresh); });
}

}  // namespace tercet::test
