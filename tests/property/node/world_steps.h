#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "node/decision/decision.h"

/// What the explored worlds of decisions have in common: names of steps, what one node says.
namespace tercet::test {

inline constexpr mpc::PartyIndex kP3 = mpc::PartyIndex::p3;

/// What happens next in a world. Packed into 16 bits, so that a trace costs little.
class Step {
 public:
  enum class Op : std::uint8_t {
    give_command,
    give_undelete,
    agree,
    join,
    vote,
    break_off,
    restart,
    ask,
    answer,
    one_vote,
    corrupt_vote,
    corrupt_stand,
    expire,
    strike,
    tell_state,
    refuse,
    pass_check,
  };

  Step(Op its_op, std::size_t node, std::size_t other, std::size_t number, std::size_t form = 0)
      : op(its_op), a(node), b(other), k(number), v(form) {}

  explicit Step(std::uint16_t packed)
      : op(static_cast<Op>(packed >> 11U)),
        a((packed >> 9U) & 3U),
        b((packed >> 7U) & 3U),
        k((packed >> 4U) & 7U),
        v(packed & 15U) {}

  std::uint16_t packed() const {
    const std::size_t bits = static_cast<std::size_t>(op) << 11U | a << 9U | b << 7U | k << 4U | v;
    return static_cast<std::uint16_t>(bits);
  }

  std::string text() const;

  Op op;
  std::size_t a;  ///< who, counted from 0
  std::size_t b;  ///< to whom
  std::size_t k;  ///< session or command, counted from 0
  std::size_t v;  ///< form of a vote
};

/// One vote of `signer` with the cause that it carries, as `knower` knows it.
template <class Decision>
node::VoteSets one_vote(const Decision& knower, mpc::PartyIndex signer, node::VoteForm form) {
  node::VoteSets sets;
  sets.add(signer, form);
  if (form == node::VoteForm::following_no) {
    sets.first_hand_no = knower.votes().first_hand_no.without(signer);
  }
  return sets;
}

}  // namespace tercet::test
