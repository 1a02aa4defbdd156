#include "node/keymaking/key_decisions.inl.h"

namespace tercet::node {

std::string waiting_detail(const KeyDecisions& decisions, const KeyId& key) {
  for (const OpenDecision& open : decisions.report()) {
    const bool on_it =
        std::ranges::any_of(open.keys, [&](const DecidedKey& one) { return one.key == key; });
    if (!on_it || open.running) {
      continue;
    }
    std::string nodes;
    for (const mpc::PartyIndex node : mpc::kAllParties) {
      if (open.waits_for.contains(node)) {
        nodes += (nodes.empty() ? "" : ", ") + std::to_string(mpc::number(node));
      }
    }
    return "a decision on this key is open: it waits for the vote of node " + nodes;
  }
  return {};
}

template class BasicKeyDecisions<FullLifeRules>;

}  // namespace tercet::node
