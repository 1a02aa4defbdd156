#pragma once

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/time/clock.h"
#include "mpc/engine/key_material.h"
#include "mpc/keygen/components.h"
#include "node/admin/command_intake.h"
#include "node/admin/key_registry.h"
#include "node/keymaking/key_decisions.inl.h"
#include "node/keymaking/key_plan.h"
#include "node/store/decision_store.h"
#include "tests/unit/node/command/command_fixture.h"

namespace tercet::test {

/// Monotonic time that stands still unless a test moves it.
class SetClock final : public Clock {
 public:
  SteadyTime now() const override { return time; }

  SteadyTime time = SteadyTime(std::chrono::hours(1));
};

/// Three nodes with real stores, commands, registries and decisions, and messages that a test
/// delivers, loses or keeps back. What a session computes is left out: a test says at which nodes
/// it got to its end.
template <class Rules = node::FullLifeRules>
class Trio {
 public:
  using Decisions = node::BasicKeyDecisions<Rules>;

  struct Message {
    std::size_t from;
    std::size_t to;
    Bytes said;
  };

  class Site {
   public:
    TemporaryDirectory dir;
    std::unique_ptr<node::NodeStore> store;
    std::unique_ptr<node::KeyRegistry> registry;
    std::unique_ptr<Decisions> decisions;
    std::unique_ptr<node::CommandIntake> intake;
    std::vector<mpc::PartyIndex> voted_twice;  ///< as this node was told
    std::size_t own_votes_unknown = 0;

    node::NodeStore& disk() { return *store; }
  };

  Trio() {
    for (std::size_t i = 0; i < 3; ++i) {
      start(i);
    }
  }

  /// The process of a node begins, or begins anew: what is in memory is gone, and so are its
  /// sessions at the others.
  void start(std::size_t i) {
    Site& site = sites[i];
    site.intake.reset();
    site.decisions.reset();
    site.registry.reset();
    site.store.reset();
    site.store = open_store(site.dir.path(), name(i)).value();
    site.registry = std::make_unique<node::KeyRegistry>(*site.store, party(i));
    site.registry->load();
    site.decisions =
        std::make_unique<Decisions>(*site.store, electorate(), party(i), cluster.signing[i], clock);
    TERCET_CHECK(site.decisions->load().ok());
    site.decisions->compared_with(mpc::next(party(i)));
    site.decisions->compared_with(mpc::previous(party(i)));
    site.intake = std::make_unique<node::CommandIntake>(
        *site.store,
        *site.registry,
        verifier,
        cluster.config.id,
        cluster.members(),
        node::CommandIntake::Signer(party(i), cluster.signing[i]),
        cluster.clock);
    site.decisions->listener.tell = [this, i](mpc::PartyIndex peer, Bytes said) {
      wire.push_back({i, mpc::number(peer) - 1U, std::move(said)});
    };
    site.decisions->listener.ended = [&site](const node::DecisionRecord& decision) {
      for (const node::DecidedKey& key : decision.keys) {
        site.registry->refresh(key.key);
      }
    };
    site.decisions->listener.voted_twice = [&site](mpc::PartyIndex node, const auto&) {
      site.voted_twice.push_back(node);
    };
    site.decisions->listener.own_vote_unknown = [&site](mpc::PartyIndex, const auto&) {
      ++site.own_votes_unknown;
    };
  }

  /// Gives a command to these nodes.
  void give(const node::Command& command, const std::vector<std::size_t>& to = {0, 1, 2}) {
    for (const std::size_t i : to) {
      const auto taken = sites[i].intake->submit(cluster.sign(command).print(),
                                                 node::CommandOrigin::administrator);
      TERCET_CHECK(taken.ok());
    }
  }

  node::CommandState state(std::size_t i, const node::Command& command) {
    return sites[i].intake->find(command.id)->state;
  }

  /// The session number `number` of a command begins at all three nodes.
  SessionId begin(const node::Command& command, std::uint8_t number) {
    const SessionId sid = epoch_of("any", number).epoch;
    for (std::size_t i = 0; i < 3; ++i) {
      const node::LoggedCommand logged = sites[i].intake->find(command.id).value();
      const auto plan = node::plan_of(logged, sites[i].store->keys());
      TERCET_CHECK(plan.ok());
      begun[i] = sites[i].decisions->begin(sid, *plan);
    }
    return sid;
  }

  /// It gets to its end at this node: the node votes if it may.
  Status finish(std::size_t i, const node::Command& command, const SessionId& sid) {
    const node::LoggedCommand logged = sites[i].intake->find(command.id).value();
    const auto plan = node::plan_of(logged, sites[i].store->keys());
    TERCET_TRY_STATUS(plan ? ok_status() : Status(plan.error()));
    Status voted = sites[i].decisions->vote_yes(sid, made(i, *plan, command, sid));
    sites[i].decisions->end_session(sid);
    return voted;
  }

  /// It breaks off at this node.
  void break_off(std::size_t i, const SessionId& sid) { sites[i].decisions->end_session(sid); }

  /// Delivers what is on the wire, and what follows from it.
  void deliver() {
    while (!wire.empty()) {
      const Message message = wire.front();
      wire.pop_front();
      if (!cut[message.from][message.to]) {
        static_cast<void>(
            sites[message.to].decisions->hear_decision(party(message.from), message.said));
      }
    }
  }

  /// What happens when all links come up, and every five seconds.
  void meet() {
    for (Site& site : sites) {
      site.decisions->say_again();
    }
    deliver();
  }

  void cut_link(std::size_t a, std::size_t b, bool is_cut = true) {
    cut[a][b] = is_cut;
    cut[b][a] = is_cut;
  }

  /// The epoch of a version at a node; nothing if it has none.
  std::optional<EpochId> epoch(std::size_t i, const std::string& key, std::uint32_t version = 1) {
    auto entry = sites[i].registry->find(key_id(key), KeyVersion(version));
    return entry && sites[i].registry->open(*entry) ? std::optional(entry->epoch) : std::nullopt;
  }

  /// What a node would say of it if it were asked: for playing a corrupt one.
  Bytes news(std::size_t signer,
             const SessionId& sid,
             const std::vector<node::VoteForm>& forms,
             node::Stand stand = node::Stand::open,
             bool asks = true) {
    node::DecisionNews out;
    out.name = node::DecisionName(node::DecisionKind::make, cluster.members().number, sid);
    out.stand = stand;
    out.wants_answer = asks;
    for (const node::VoteForm form : forms) {
      out.votes.push_back(node::sign_vote(
          cluster.signing[signer], cluster.config.id, out.name, party(signer), form));
    }
    return out.encode();
  }

  static mpc::PartyIndex party(std::size_t i) { return mpc::kAllParties.at(i); }

  TestCluster cluster;
  SetClock clock;
  node::CommandVerifier verifier{cluster.config};
  std::array<Site, 3> sites;
  std::array<Status, 3> begun = {ok_status(), ok_status(), ok_status()};
  std::deque<Message> wire;

 private:
  static std::string name(std::size_t i) { return "node-" + std::to_string(i + 1); }

  node::Electorate electorate() const {
    node::Electorate out;
    out.cluster = cluster.config.id;
    out.membership = cluster.members().number;
    for (std::size_t i = 0; i < 3; ++i) {
      out.keys.at(i) = cluster.signing[i].public_key();
    }
    return out;
  }

  static node::MadeEpoch made(std::size_t i,
                              const node::KeyPlan& plan,
                              const node::Command& command,
                              const SessionId& sid) {
    node::MadeEpoch out;
    out.record.name = node::KeyEpoch(plan.key, plan.version, sid);
    out.record.made_by = command.id;
    out.record.created_at = command.created_at;
    out.record.terms = plan.terms;
    mpc::KeyMaterial::Parts parts;
    parts.key = mpc::ByteShares(32);
    parts.round_keys = mpc::ByteShares(240);
    parts.first_round = mpc::OneHotVectors(mpc::ByteShares(16 * 32));
    parts.h_powers = mpc::BlockShares(1024);
    out.record.own_fingerprint = mpc::component_fingerprint(sid, party(i), parts.key.own);
    out.record.next_fingerprint =
        mpc::component_fingerprint(sid, mpc::next(party(i)), parts.key.next);
    const mpc::KeyMaterial material(party(i), sid, std::move(parts));
    out.shares.components = SecretBytes(64);
    out.shares.salts = SecretBytes(64);
    out.shares.derived = material.serialize();
    return out;
  }

  std::array<std::array<bool, 3>, 3> cut{};
};

}  // namespace tercet::test
