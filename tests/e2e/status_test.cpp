// `tercet status` says SERVING, exit code 0, only where a request would be answered.

#include <string>

#include "tests/e2e/cluster.h"
#include "tests/e2e/programs.h"

namespace tercet::test {
namespace {

constexpr const char* kProxy = "proxy-1";

bool is_in_state(const char* state, int exit_code) {
  const ClusterStatus status;
  return status.json.value("state", "") == state && status.exit_code == exit_code;
}

std::string first_reason() {
  const nlohmann::json reasons = ClusterStatus().json.value("reasons", nlohmann::json::array());
  return reasons.empty() ? "" : reasons.front().get<std::string>();
}

TEST(Status, IsNotServingWithoutAProxyAndSaysSo) {
  EXPECT_TRUE(eventually([] { return is_in_state("serving", 0); })) << first_reason();
  live_cluster().kill(kProxy);
  EXPECT_TRUE(eventually([] { return is_in_state("not_serving", 1); }));
  EXPECT_NE(first_reason().find("proxy-1 is not linked to the nodes"), std::string::npos)
      << first_reason();
  const CommandResult shown = live_cluster().tercet({"status"});
  EXPECT_NE(shown.output.find("NOT SERVING"), std::string::npos) << shown.output;
  EXPECT_NE(shown.output.find("why: proxy-1"), std::string::npos) << shown.output;
  ASSERT_TRUE(live_cluster().start(kProxy).ok());
  EXPECT_TRUE(eventually([] { return is_in_state("serving", 0); })) << first_reason();
}

}  // namespace
}  // namespace tercet::test
