#include "node/cli/existing_key.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace tercet::cli {
namespace {

node::CreateKey a_wanted_key() {
  node::CreateKey out(KeyId::parse("k").value());
  out.terms.store = "dev";
  out.terms.usage = node::parse_usage("encrypt,decrypt").value();
  return out;
}

/// What three nodes say of a key that is there.
NodeAnswers three_say() {
  NodeAnswers out;
  for (const char* node : {"node-1", "node-2", "node-3"}) {
    NodeAnswer answer;
    answer.node = node;
    answer.status = 200;
    answer.body = {{"store", "dev"},
                   {"usage", "encrypt,decrypt"},
                   {"framing", "framed"},
                   {"state", "enabled"},
                   {"check_value", "00ff"}};
    out.push_back(std::move(answer));
  }
  return out;
}

bool there_with(const char* field, const char* value, bool at_all_nodes) {
  NodeAnswers said = three_say();
  for (NodeAnswer& answer : said) {
    if (at_all_nodes || answer.node == "node-2") {
      answer.body[field] = value;
    }
  }
  return is_there_already(a_wanted_key(), said);
}

TEST(ExistingKey, WithTheWantedTermsAtAllNodesIsThereAlready) {
  EXPECT_TRUE(is_there_already(a_wanted_key(), three_say()));
  EXPECT_TRUE(there_with("state", "disabled", true)) << "somebody stopped it since";
  EXPECT_FALSE(is_there_already(a_wanted_key(), {}));
}

TEST(ExistingKey, WithOtherTermsOrNotTheSameAtAllIsNot) {
  for (const auto& [field, value] : {std::pair("store", "other"),
                                     std::pair("usage", "decrypt"),
                                     std::pair("framing", "raw"),
                                     std::pair("state", "pending"),
                                     std::pair("state", "damaged")}) {
    EXPECT_FALSE(there_with(field, value, true)) << field;
    EXPECT_FALSE(there_with(field, value, false)) << field;
  }
  EXPECT_FALSE(there_with("check_value", "other", false));
  EXPECT_FALSE(there_with("state", "disabled", false));
  NodeAnswers one_away = three_say();
  one_away[1].status = 404;
  EXPECT_FALSE(is_there_already(a_wanted_key(), one_away));
}

TEST(ExistingKey, ThatServesIsNotTheOneThatWasToBeDisabled) {
  node::CreateKey wanted = a_wanted_key();
  wanted.terms.enabled = false;
  NodeAnswers said = three_say();
  EXPECT_FALSE(is_there_already(wanted, said));
  for (NodeAnswer& answer : said) {
    answer.body["state"] = "disabled";
  }
  EXPECT_TRUE(is_there_already(wanted, said));
}

TEST(ExistingKey, IsTakenWhereAllNodesSaySo) {
  NodeAnswers said = three_say();
  EXPECT_FALSE(is_taken(said));
  for (NodeAnswer& answer : said) {
    answer.status = 409;
    answer.body = {{"error", "already_exists"}};
  }
  EXPECT_TRUE(is_taken(said));
  said[2].body["error"] = "denied";
  EXPECT_FALSE(is_taken(said));
  said[2].unreachable = Error(Errc::link_closed, "nobody listens");
  EXPECT_FALSE(is_taken(said));
}

}  // namespace
}  // namespace tercet::cli
