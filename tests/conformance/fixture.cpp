#include "tests/conformance/fixture.h"

namespace tercet::test {
namespace {

LiveClusterOptions options() {
  LiveClusterOptions out;
  return out;
}

const auto* const kEnvironment =
    ::testing::AddGlobalTestEnvironment(new LiveEnvironment(options()));

}  // namespace

XksClient& client() {
  static XksClient client(live_cluster().proxy());
  return client;
}

}  // namespace tercet::test
