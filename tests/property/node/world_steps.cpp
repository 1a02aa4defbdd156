#include "tests/property/node/world_steps.h"

namespace tercet::test {
namespace {

std::string node_name(std::size_t node) {
  return "P" + std::to_string(node + 1);
}

std::string letter(std::size_t command) {
  return command == 0 ? "A" : "B";
}

std::string_view form_name(std::size_t form) {
  switch (static_cast<node::VoteForm>(form)) {
    case node::VoteForm::yes:
      return "YES";
    case node::VoteForm::first_hand_no:
      return "first-hand NO";
    case node::VoteForm::following_no:
      return "following NO";
    case node::VoteForm::done:
      return "DONE";
  }
  return "?";
}

}  // namespace

std::string Step::text() const {
  const std::string who = node_name(a);
  const std::string whom = node_name(b);
  const std::string session = " session " + std::to_string(k + 1);
  const std::string command = " command " + letter(k);
  const std::string vote(form_name(v));
  switch (op) {
    case Op::give_command:
      return "administrators give" + command + " to " + who;
    case Op::give_undelete:
      return "an undelete is given to " + who;
    case Op::agree:
      return "all agree on" + session + " for command " + letter(v);
    case Op::join:
      return who + " joins" + session + " for command " + letter(v);
    case Op::vote:
      return who + ": set of" + session + " durable, key check passed; votes YES if it may";
    case Op::break_off:
      return who + ":" + session + " breaks off";
    case Op::restart:
      return who + " restarts";
    case Op::ask:
      return who + " tells " + whom + " of its open decision in" + session;
    case Op::answer:
      return who + " answers " + whom + " about" + session;
    case Op::one_vote:
      return whom + " hears " + who + "'s " + vote + " in" + session + ", and no more";
    case Op::corrupt_vote:
      return "the corrupt node gives " + who + " its " + vote + " in" + session;
    case Op::corrupt_stand:
      return "the corrupt node tells " + who + " that" + session + " is current";
    case Op::expire:
      return command.substr(1) + " expires at " + who;
    case Op::strike:
      return who + " applies the strike of P3";
    case Op::tell_state:
      return who + " tells " + whom + " its STATE of" + session;
    case Op::refuse:
      return who + " refuses" + session;
    case Op::pass_check:
      return who + ": the key check of" + session + " passes";
  }
  return "?";
}

}  // namespace tercet::test
