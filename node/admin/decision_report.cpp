#include "node/admin/decision_report.h"

#include <algorithm>

namespace tercet::node {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    out += (out.empty() ? "" : ", ") + name;
  }
  return out;
}

/// Those of the set for which `holds`.
template <class Predicate>
std::vector<std::string> nodes_where(NodeSet nodes,
                                     const std::array<DecisionPeer, 3>& peers,
                                     Predicate holds) {
  std::vector<std::string> out;
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    const std::size_t i = mpc::number(node) - 1U;
    if (nodes.contains(node) && holds(i)) {
      out.push_back(peers[i].node_id);
    }
  }
  return out;
}

std::string what_it_is(const OpenDecision& open) {
  if (open.running) {
    return "its session runs";
  }
  if (open.ending_no) {
    return "a node refused it, it is being dropped";
  }
  return "this node voted for it";
}

}  // namespace

DecisionReport describe(const OpenDecision& open,
                        const std::array<DecisionPeer, 3>& peers,
                        SteadyTime now) {
  const auto all = [](std::size_t) { return true; };
  const auto away = [&](std::size_t i) { return !peers[i].linked; };
  const auto silent = [&](std::size_t i) {
    const SteadyTime heard = std::max(open.heard[i].value_or(open.since), open.since);
    return peers[i].linked && now - heard >= kAnswerLimit;
  };
  DecisionReport report;
  report.kind = std::string(print_decision_kind(open.name.kind));
  report.sid = open.name.sid.hex();
  for (const DecidedKey& key : open.keys) {
    report.keys.push_back(key.key.text() + " version " + std::to_string(key.version.value()));
  }
  report.open_s = std::chrono::duration_cast<std::chrono::seconds>(now - open.since).count();
  report.waits_for = nodes_where(open.waits_for, peers, all);
  report.detail = what_it_is(open);
  if (!report.waits_for.empty()) {
    report.detail += "; waits for " + joined(report.waits_for);
  }
  const auto two_faced = nodes_where(open.double_voters, peers, all);
  const auto mute = nodes_where(open.waits_for, peers, silent);
  const auto gone = nodes_where(open.waits_for, peers, away);
  if (!two_faced.empty()) {
    report.to_do = joined(two_faced) +
                   " voted YES and NO, so it is corrupt or its directory was set back: replace it";
  } else if (!mute.empty()) {
    report.to_do =
        joined(mute) + " is linked and has not answered for 60 s: look at its log, replace it";
  } else if (!gone.empty()) {
    report.to_do = "bring " + joined(gone) + " back";
  }
  return report;
}

}  // namespace tercet::node
