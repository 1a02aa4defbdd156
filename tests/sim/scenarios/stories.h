#pragma once

namespace tercet::sim {

class Stage;

/// The scenarios themselves; scenario.cpp says in a line what each tells.
namespace stories {

// key_stories.cpp
void honest_cluster(Stage& stage);
void link_breaks_in_creation(Stage& stage);
void node_dies_in_creation(Stage& stage);
void node_dies_in_import(Stage& stage);
void peers_lack_the_command(Stage& stage);
void many_creations(Stage& stage);
void votes_come_late(Stage& stage);
void enable_meets_disables(Stage& stage);

// life_stories.cpp
void late_permits(Stage& stage);
void failed_id_is_used_again(Stage& stage);
void requests_during_rotation(Stage& stage);
void node_dies_in_rotation(Stage& stage);
void link_breaks_in_rotation(Stage& stage);

// setback_stories.cpp
void yesterdays_directory(Stage& stage);
void empty_directory(Stage& stage);
void vote_is_lost(Stage& stage);
void asked_before_it_has_compared(Stage& stage);

// block_stories.cpp
void disables_and_enables_in_all_orders(Stage& stage);
void disable_overtakes_creation(Stage& stage);
void commands_in_any_order(Stage& stage);

// vote_stories.cpp
void corrupt_node_says_yes_and_no(Stage& stage);
void node_restarts_between_votes(Stage& stage);
void votes_outlive_their_command(Stage& stage);
void set_is_damaged_before_the_vote(Stage& stage);

// request_stories.cpp
void lease_is_lost_unheard(Stage& stage);
void the_way_to_a_node_is_cut(Stage& stage);

}  // namespace stories

}  // namespace tercet::sim
