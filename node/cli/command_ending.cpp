#include "node/cli/command_ending.h"

#include <algorithm>

#include "node/cli/output.h"

namespace tercet::cli {
namespace {

bool any_says(const NodeAnswers& answers, const char* state) {
  return std::any_of(answers.begin(), answers.end(), [&](const NodeAnswer& answer) {
    return answer.ok() && answer.body.value("state", std::string()) == state;
  });
}

bool any_unreached(const NodeAnswers& answers) {
  return std::any_of(
      answers.begin(), answers.end(), [](const NodeAnswer& answer) { return !answer.reached(); });
}

}  // namespace

std::string what_may_still_come(node::CommandForm form,
                                const NodeAnswers& answers,
                                std::int64_t expires_at) {
  const std::string until = "until " + time_in_words(expires_at);
  const bool block = form == node::CommandForm::block;
  if (block && any_says(answers, "done")) {
    return "the node that has it passes it on: it comes into force, at whatever time, when a "
           "second "
           "node is linked with that one";
  }
  if (!block && any_says(answers, "failed")) {
    return "it is over: it will not come into force";
  }
  if (any_says(answers, "accepted") || any_says(answers, "done")) {
    return form == node::CommandForm::making
               ? "the nodes go on with it: it may still be done " + until +
                     ", and after that if they vote on it then"
               : "it may still come into force, if a second node takes it " + until;
  }
  if (any_unreached(answers)) {
    return "a node that did not answer may have taken it: it may still come into force, and no "
           "node "
           "takes it from an administrator after " +
           time_in_words(expires_at);
  }
  return "no node has taken it: nothing has changed";
}

std::optional<std::string> in_force_without_note(node::CommandForm form,
                                                 const NodeAnswers& answers) {
  std::string who;
  for (const NodeAnswer& answer : answers) {
    if (!answer.ok()) {
      who += (who.empty() ? "" : ", ") + answer.node;
    }
  }
  if (who.empty()) {
    return std::nullopt;
  }
  return "not confirmed by " + who +
         ": the other nodes pass it on as soon as they are linked with it; " +
         (form == node::CommandForm::block
              ? "until then it alone can do nothing with the key, and nothing is left to do"
              : "until then it refuses the key, and so the key does not serve");
}

}  // namespace tercet::cli
