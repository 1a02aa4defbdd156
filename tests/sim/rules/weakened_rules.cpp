#include "tests/sim/rules/weakened_rules.h"

#include "node/decision/life_rules.h"
#include "node/keymaking/key_life.inl.h"

namespace tercet::sim {

namespace {

using node::FullLifeRules;

struct WithoutOneOpenVote : FullLifeRules {
  static constexpr bool one_open_vote = false;
};

struct WithoutVoteLast : FullLifeRules {
  static constexpr bool vote_last = false;
};

struct WithoutNoFollowsNo : FullLifeRules {
  static constexpr bool no_follows_no = false;
};

struct WithoutNoBinds : FullLifeRules {
  static constexpr bool no_binds = false;
};

struct WithoutThreeNoToDrop : FullLifeRules {
  static constexpr bool three_no_to_drop = false;
};

struct WithoutDoubleVoteFrees : FullLifeRules {
  static constexpr bool double_vote_frees = false;
};

struct WithoutFinishedAnswer : FullLifeRules {
  static constexpr bool finished_answer = false;
};

struct WithoutNoExpiryOverOpenVote : FullLifeRules {
  static constexpr bool no_expiry_over_open_vote = false;
};

struct WithoutCompareBeforeVotes : FullLifeRules {
  static constexpr bool compare_before_votes = false;
};

struct WithoutLostYesStands : FullLifeRules {
  static constexpr bool lost_yes_stands = false;
};

struct WithoutBlocksLiftedByName : FullLifeRules {
  static constexpr bool blocks_lifted_by_name = false;
};

struct WithoutTwoReceipts : FullLifeRules {
  static constexpr bool two_receipts = false;
};

struct WithoutUnknownBlocks : FullLifeRules {
  static constexpr bool keep_unknown_blocks = false;
};

template <class Rules>
const node::KeyLife* life() {
  static const node::BasicKeyLife<Rules> instance;
  return &instance;
}

}  // namespace

const std::vector<WeakenedRule>& weakened_rules() {
  static const std::vector<WeakenedRule> table = {
      {"one_open_vote", life<WithoutOneOpenVote>()},
      {"vote_last", life<WithoutVoteLast>()},
      {"no_follows_no", life<WithoutNoFollowsNo>()},
      {"no_binds", life<WithoutNoBinds>()},
      {"three_no_to_drop", life<WithoutThreeNoToDrop>()},
      {"double_vote_frees", life<WithoutDoubleVoteFrees>()},
      {"finished_answer", life<WithoutFinishedAnswer>()},
      {"no_expiry_over_open_vote", life<WithoutNoExpiryOverOpenVote>()},
      {"blocks_lifted_by_name", life<WithoutBlocksLiftedByName>()},
      {"two_receipts", life<WithoutTwoReceipts>()},
      {"keep_unknown_blocks", life<WithoutUnknownBlocks>()},
      {"compare_before_votes", life<WithoutCompareBeforeVotes>()},
      {"lost_yes_stands", life<WithoutLostYesStands>()},
  };
  return table;
}

const node::KeyLife* life_without(std::string_view rule) {
  for (const WeakenedRule& weakened : weakened_rules()) {
    if (weakened.name == rule) {
      return weakened.life;
    }
  }
  return nullptr;
}

}  // namespace tercet::sim
