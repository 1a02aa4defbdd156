#pragma once

#include <utility>

#include "node/keymaking/key_decisions.inl.h"
#include "node/keymaking/key_life.h"
#include "node/keymaking/key_maker.inl.h"

namespace tercet::node {

/// Under `Rules`.
template <class Rules>
class BasicKeyLife final : public KeyLife {
 public:
  const CommandEffects& command_effects() const override { return effects_; }

  Result<std::unique_ptr<KeyDecisions>> decisions(NodeStore& store,
                                                  const Electorate& electorate,
                                                  mpc::PartyIndex self,
                                                  const SigningKey& signing_key,
                                                  const Clock& clock) const override {
    auto made =
        std::make_unique<BasicKeyDecisions<Rules>>(store, electorate, self, signing_key, clock);
    TERCET_TRY_STATUS(made->load());
    std::unique_ptr<KeyDecisions> out = std::move(made);
    return out;
  }

  std::unique_ptr<KeyMaker> maker(const asio::any_io_executor& executor,
                                  const KeySessionContext& context,
                                  KeyDecisions& decisions,
                                  SessionHost& host,
                                  const WallClock& clock,
                                  const KeyMaker::Options& options) const override {
    return std::make_unique<BasicKeyMaker<Rules>>(
        executor, context, decisions, host, clock, options);
  }

 private:
  BasicCommandEffects<Rules> effects_;
};

}  // namespace tercet::node
