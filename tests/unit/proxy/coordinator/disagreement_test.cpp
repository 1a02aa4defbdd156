#include "proxy/coordinator/disagreement.h"

#include <gtest/gtest.h>

namespace tercet::proxy {
namespace {

using Named = std::array<std::optional<Errc>, 3>;

Errc code_of(const Named& named) {
  return judge(named).code;
}

TEST(Disagreement, LoadAndLatenessAreATimeout) {
  EXPECT_EQ(code_of({Errc::overloaded, Errc::peer_timeout, std::nullopt}), Errc::timeout);
  EXPECT_EQ(code_of({Errc::overloaded, std::nullopt, std::nullopt}), Errc::timeout);
  EXPECT_EQ(code_of({Errc::timeout, Errc::closed, Errc::link_closed}), Errc::timeout);
}

TEST(Disagreement, OneReasonAloneNamesItsNode) {
  const Disagreement found = judge({std::nullopt, Errc::storage_corrupt, Errc::peer_timeout});
  EXPECT_EQ(found.code, Errc::peer_aborted);
  ASSERT_TRUE(found.alone.has_value());
  EXPECT_EQ(found.alone->node, mpc::PartyIndex::p2);
  EXPECT_EQ(found.alone->reason, Errc::storage_corrupt);
  EXPECT_NE(found.error().to_string().find("node 2 alone refuses: storage_corrupt"),
            std::string::npos);
}

/// A check that fails at one node is how a corrupt machine shows: that stays a disagreement.
TEST(Disagreement, AFailedCheckAloneCountsAsCorruption) {
  for (const Errc code : {Errc::protocol_abort, Errc::session_mismatch, Errc::peer_malformed}) {
    EXPECT_EQ(code_of({std::nullopt, std::nullopt, code}), Errc::internal);
  }
}

TEST(Disagreement, SeveralReasonsNameNobody) {
  const Disagreement found = judge({Errc::wrong_state, std::nullopt, Errc::not_found});
  EXPECT_EQ(found.code, Errc::internal);
  EXPECT_FALSE(found.alone.has_value());
  EXPECT_EQ(code_of({std::nullopt, std::nullopt, std::nullopt}), Errc::internal);
}

}  // namespace
}  // namespace tercet::proxy
