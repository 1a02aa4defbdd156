#include "node/cli/key_notes.h"

#include <gtest/gtest.h>

namespace tercet::cli {
namespace {

NodeAnswer answer_of(unsigned status, nlohmann::json body = nlohmann::json::object()) {
  NodeAnswer out;
  out.node = "node-1";
  out.status = status;
  out.body = std::move(body);
  return out;
}

NodeAnswer no_answer() {
  NodeAnswer out;
  out.unreachable = Error(Errc::link_closed, "nobody listens");
  return out;
}

KeyId key_of(const char* id) {
  return KeyId::parse(id).value();
}

TEST(KeyNotes, ABlockOfAKeyThatNobodyKnowsIsTold) {
  const NodeAnswers nobody = {answer_of(404), answer_of(404), answer_of(404)};
  EXPECT_EQ(unknown_key_note(key_of("nosuch"), nobody, {"payroll"}),
            "no node knows a key nosuch: the block is kept for the day it is made");
  EXPECT_EQ(unknown_key_note(key_of("payrol"), nobody, {"payroll"}),
            "no node knows a key payrol: the block is kept for the day it is made; "
            "did you mean payroll?");
  EXPECT_EQ(unknown_key_note(key_of("nosuch"), {answer_of(404), no_answer()}, {}),
            "no node that answers knows a key nosuch: the block is kept for the day it is made");
}

TEST(KeyNotes, NothingIsToldOfAKeyThatSomebodyKnowsOrNobodyCouldBeAskedOf) {
  EXPECT_FALSE(unknown_key_note(key_of("k"), {answer_of(404), answer_of(200)}, {}));
  EXPECT_FALSE(unknown_key_note(key_of("k"), {no_answer(), no_answer(), no_answer()}, {}));
  EXPECT_FALSE(unknown_key_note(key_of("k"), {answer_of(500)}, {}));
}

TEST(KeyNotes, AKeyThatOthersBlockedBeforeItWasMadeIsTold) {
  const nlohmann::json blocked = {{"blocks", {"aa", "bb"}}};
  EXPECT_EQ(blocked_key_note(key_of("k"), {answer_of(200, blocked), no_answer()}, "bb"),
            "k is disabled: it is blocked by command aa; `tercet key enable --id k` lifts that");
  EXPECT_FALSE(blocked_key_note(key_of("k"), {answer_of(200, {{"blocks", {"bb"}}})}, "bb"));
  EXPECT_FALSE(blocked_key_note(key_of("k"), {answer_of(200), answer_of(404)}, "bb"));
}

TEST(KeyNotes, WhatBlocksAnIdWithoutAKeyIsTold) {
  NodeAnswer second = answer_of(404, {{"blocks", {"aa", "bb"}}});
  second.node = "node-2";
  const Blocks blocks =
      blocks_of_unknown_key({answer_of(404, {{"blocks", {"aa"}}}), second, no_answer()});
  EXPECT_EQ(blocked_id_note(key_of("k"), blocks),
            "there is no key k, but its id is blocked by command aa (node-1, node-2), by command "
            "bb (node-2): a key that is made with it is disabled. If another key was meant, "
            "disable that one; `tercet key enable --id k` lifts the block of this id");
  EXPECT_FALSE(blocked_id_note(key_of("k"), blocks_of_unknown_key({answer_of(404)})));
  EXPECT_TRUE(blocks_of_unknown_key({second, answer_of(200)}).empty()) << "there is such a key";
}

}  // namespace
}  // namespace tercet::cli
