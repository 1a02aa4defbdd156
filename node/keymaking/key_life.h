#pragma once

#include <memory>

#include "core/base/result.h"
#include "node/command/command_effects.h"
#include "node/keymaking/key_decisions.h"
#include "node/keymaking/key_maker.h"

namespace tercet::node {

/// Makes the parts of a node that keep the rules of the life of a key. The product has one,
/// with all rules; tests take one out and show what happens (node/decision/life_rules.h).
class KeyLife {
 public:
  virtual ~KeyLife() = default;
  /// For the store.
  virtual const CommandEffects& command_effects() const = 0;
  /// Loaded. What is given outlives it. Errors: those of BasicKeyDecisions::load.
  virtual Result<std::unique_ptr<KeyDecisions>> decisions(NodeStore& store,
                                                          const Electorate& electorate,
                                                          mpc::PartyIndex self,
                                                          const SigningKey& signing_key,
                                                          const Clock& clock) const = 0;
  virtual std::unique_ptr<KeyMaker> maker(const asio::any_io_executor& executor,
                                          const KeySessionContext& context,
                                          KeyDecisions& decisions,
                                          SessionHost& host,
                                          const WallClock& clock,
                                          const KeyMaker::Options& options) const = 0;
};

/// The product's.
const KeyLife& full_key_life();

}  // namespace tercet::node
