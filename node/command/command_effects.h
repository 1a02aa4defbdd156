#pragma once

#include <cstddef>

#include "core/base/result.h"
#include "node/command/command.h"
#include "node/command/key_blocks.h"
#include "node/command/receipt.h"
#include "node/decision/life_rules.h"

namespace tercet::node {

/// When blocks and permits are in force at a node, and what they do there. The product has one,
/// with all rules; tests take one out and show what happens (node/decision/life_rules.h).
class CommandEffects {
 public:
  virtual ~CommandEffects() = default;

  /// Is a permit in force with so many receipts?
  virtual bool in_force(std::size_t receipts) const = 0;
  /// May this node take a block of a key that it knows, or does not know? Errors: not_found.
  virtual Status check_block(bool key_known) const = 0;
  /// A block, or a permit in force, takes effect.
  virtual void apply(const Command& command, KeyBlocks& to) const = 0;
};

/// The product's.
const CommandEffects& full_command_effects();

/// Under `Rules`.
template <class Rules>
class BasicCommandEffects final : public CommandEffects {
 public:
  bool in_force(std::size_t receipts) const override {
    return receipts >= (Rules::two_receipts ? kReceiptsNeeded : 1);
  }

  Status check_block(bool key_known) const override {
    if (!Rules::keep_unknown_blocks && !key_known) {
      return Error(Errc::not_found, "take a command: there is no such key");
    }
    return ok_status();
  }

  void apply(const Command& command, KeyBlocks& to) const override {
    if (!Rules::blocks_lifted_by_name && command.form() == CommandForm::permit) {
      to.lift(command.key(), to.standing(command.key()));  // whatever stands here at the moment
      return;
    }
    command.apply(to);
  }
};

}  // namespace tercet::node
