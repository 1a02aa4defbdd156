#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

TEST(Conformance_Row109, Health) {
  const XksReply reply = client().post(
      "/health", R"({"requestMetadata":{"kmsOperation":"KmsHealthCheck","kmsRequestId":"1"}})");
  EXPECT_EQ(reply.status, 200U) << reply.text();
}

}  // namespace
}  // namespace tercet::test
