#include "tests/sim/scenarios/scenario.h"

#include "tests/sim/scenarios/stories.h"

namespace tercet::sim {

namespace {

constexpr Milliseconds kStoryServedAgain{60'000};

}  // namespace

Cluster& Stage::begin() {
  if (cluster_) {
    failures_ = failures();
    cluster_.reset();
  }
  ++options_.seed;
  cluster_ = std::make_unique<Cluster>(options_);
  cluster_->start_all();
  const bool made = cluster_->make_keys({Setup::get().cluster.health_key, key_named("orders")});
  expect(made, "a cluster without faults makes its first keys");
  return *cluster_;
}

void Stage::expect(bool holds, const std::string& what) {
  if (!holds) {
    cluster_->violations().add("expected: " + what);
  }
}

void Stage::expect_all_served() {
  cluster_->heal();
  cluster_->expect_service(kStoryServedAgain);
  cluster_->restart_nodes(Crash::killed);
  cluster_->expect_service(kStoryServedAgain);
  cluster_->expect_no_setback();
}

std::vector<std::string> Stage::failures() const {
  std::vector<std::string> all = failures_;
  if (cluster_) {
    const std::vector<std::string>& here = cluster_->violations().all();
    all.insert(all.end(), here.begin(), here.end());
  }
  return all;
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> table = {
      {"honest_cluster",
       "keys are made, imported, disabled and enabled, and serve over a restart",
       stories::honest_cluster},
      {"lease_is_lost_unheard",
       "a proxy without vectors is cut off while its lease ends at the nodes",
       stories::lease_is_lost_unheard},
      {"the_way_to_a_node_is_cut",
       "packets between the proxy and a node are dropped for two minutes, and nobody is told",
       stories::the_way_to_a_node_is_cut},
      {"link_breaks_in_creation",
       "a link between two nodes breaks at each frame of a creation in turn",
       stories::link_breaks_in_creation},
      {"node_dies_in_creation",
       "each node loses its power at each disk operation of a creation in turn",
       stories::node_dies_in_creation},
      {"node_dies_in_import",
       "each node loses its power before and after each transaction of an import in turn",
       stories::node_dies_in_import},
      {"peers_lack_the_command",
       "a creation is tried for 30 s while its peers refuse the command, then they take it",
       stories::peers_lack_the_command},
      {"many_creations",
       "forty creations are given at once between nodes 20 ms apart, one of them to two nodes only",
       stories::many_creations},
      {"votes_come_late",
       "a node keeps its vote for a creation back, is heard in the next attempt, then says the "
       "first",
       stories::votes_come_late},
      {"enable_meets_disables",
       "two disables reach different nodes, and an enable signed against one of them both",
       stories::enable_meets_disables},
      {"late_permits",
       "an enable that one node took in time and one that two took, brought to the third too late",
       stories::late_permits},
      {"failed_id_is_used_again",
       "a creation fails after one node voted for it, and its id is imported with raw framing",
       stories::failed_id_is_used_again},
      {"requests_during_rotation",
       "Encrypts and Decrypts all the time while a key is rotated: none fails",
       stories::requests_during_rotation},
      {"node_dies_in_rotation",
       "each node loses its power before and after each transaction of a rotation in turn",
       stories::node_dies_in_rotation},
      {"link_breaks_in_rotation",
       "a link between two nodes breaks at each frame of a rotation in turn",
       stories::link_breaks_in_rotation},
      {"yesterdays_directory",
       "a node is started with its directory of before a disable and a creation",
       stories::yesterdays_directory},
      {"empty_directory",
       "a node is started with an empty directory, as with --init",
       stories::empty_directory},
      {"vote_is_lost",
       "a node is set back to before its vote, which a peer has, and the third voted NO",
       stories::vote_is_lost},
      {"asked_before_it_has_compared",
       "a node that was set back to before its vote is asked by the peer that has not got that "
       "vote",
       stories::asked_before_it_has_compared},
      {"disables_and_enables_in_all_orders",
       "two disables and an enable against either, in every order, while a node is away",
       stories::disables_and_enables_in_all_orders},
      {"disable_overtakes_creation",
       "a disable comes before the creation of its key",
       stories::disable_overtakes_creation},
      {"commands_in_any_order",
       "commands of all kinds, rivals among them, come to each node in an order of its own",
       stories::commands_in_any_order},
      {"corrupt_node_says_yes_and_no",
       "a corrupt node votes YES and NO, to one peer or both, in either order, while one is "
       "unheard",
       stories::corrupt_node_says_yes_and_no},
      {"node_restarts_between_votes",
       "each node is killed at each frame with votes of a creation in turn, and comes back",
       stories::node_restarts_between_votes},
      {"votes_outlive_their_command",
       "all vote for a creation, one hears of it after the command's end, and its id is wanted "
       "again",
       stories::votes_outlive_their_command},
      {"set_is_damaged_before_the_vote",
       "a node's set is damaged while a key is made, before the key check",
       stories::set_is_damaged_before_the_vote},
  };
  return table;
}

}  // namespace tercet::sim
