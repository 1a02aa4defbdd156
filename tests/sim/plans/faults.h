#pragma once

#include "tests/sim/cluster/cluster.h"

namespace tercet::sim {

/// Draws faults and lets them happen; each ends by itself some seconds later.
class FaultMaker {
 public:
  explicit FaultMaker(Cluster& cluster) : cluster_(&cluster) {}

  /// One fault of any kind, now.
  void strike();
  /// One that can end a session among the nodes, at some moment of the next half second.
  void strike_session();

 private:
  Site any_node();
  Site any_site();
  Microseconds some_time(Milliseconds most);

  void crash_node();
  /// At one of the node's next writes to its disk, or sends.
  void crash_node_within();
  void crash_proxy();
  void pause_site();
  void cut_path();
  void reset_links();
  void reset_node_links();
  void restart_all();
  void slow_path();
  void trouble_disk();
  void move_clock();
  void restart_later(Site node);

  Cluster* cluster_;
};

}  // namespace tercet::sim
