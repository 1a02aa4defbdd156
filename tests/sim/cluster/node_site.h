#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/time/clock.h"
#include "mpc/engine/joint_engine.h"
#include "node/admin/admin_api.h"
#include "node/keymaking/key_life.h"
#include "tests/sim/cluster/node_process.h"
#include "tests/sim/world/disk.h"
#include "tests/sim/world/network.h"
#include "tests/sim/world/world.h"

namespace tercet::sim {

/// What a site's calendar shows: the world's time with an error of its own.
class SiteClock final : public WallClock {
 public:
  explicit SiteClock(const VirtualTime& time) : time_(&time) {}

  std::int64_t now_seconds() const override { return now_milliseconds() / 1000; }

  std::int64_t now_milliseconds() const override;

  Milliseconds error{0};

 private:
  const VirtualTime* time_;
};

/// How a node process ends without being asked.
enum class Crash : std::uint8_t {
  killed,     ///< kill -9: its machine lives, keeps what was written, and closes its links
  power_cut,  ///< its machine stops: what was not synced is lost or torn; its peers are not told
};

class NodeOptions {
 public:
  NodeOptions() = default;
  const mpc::JointEngine* engine = &mpc::table_engine();
  const node::KeyLife* key_life = &node::full_key_life();
  std::uint32_t batch_vectors = 8192;
  std::uint32_t derived_sets = NodeConfig::Stock().derived_sets;
};

/// Where a node lives: its disk, its clock, and the process that runs there now, if one does.
class NodeSite {
 public:
  NodeSite(World& world, Network& network, Site site, const NodeOptions& options);
  ~NodeSite();

  World& world() { return *world_; }

  Network& network() { return *network_; }

  Site site() const { return site_; }

  const NodeOptions& options() const { return options_; }

  SiteClock& wall_clock() { return wall_clock_; }

  /// Starts a process from what lies on the disk. False, and a note in the trace, if it refuses.
  bool start();
  void crash(Crash kind);
  /// As kill -STOP and kill -CONT.
  void set_paused(bool paused);

  bool running() const { return process_ != nullptr; }

  bool paused() const { return process_ && process_->paused(); }

  /// Running, and not stopped by its system.
  bool answers() const { return running() && !paused(); }

  /// The node, or null where no process runs.
  node::NodeCore* core() { return process_ ? process_->core() : nullptr; }

  /// The admin API, as an administrator's client reaches it; nothing if nobody answers.
  std::optional<node::AdminReply> admin(std::string_view method,
                                        std::string_view target,
                                        std::string_view body);

  // The disk.

  /// What lies there while no process runs; to be replaced by an older one.
  DiskImage& image() { return image_; }

  /// What would lie there if the process were killed now.
  DiskImage image_now() const;
  void set_disk_full(bool full);

  bool audit_fails = false;
  /// Sees each audit record that is written.
  std::function<void(std::string_view line)> audit_watch;
  /// Looks at each operation of the disk, and may crash the node or have the operation fail.
  std::function<DiskFate(std::string_view operation)> disk_watch;

  /// Counts what may have changed on the disk.
  std::uint64_t syncs() const { return syncs_; }

  /// How often a process was started here.
  unsigned starts() const { return starts_; }

  /// Why the last start was refused.
  const std::string& refusal() const { return refusal_; }

  /// Audit records in which this node calls another corrupt for two votes.
  unsigned double_votes_seen() const { return double_votes_seen_; }

  // What its process calls.
  DiskFate on_disk(std::string_view operation, const std::string& file);
  void on_write_failed(NodeProcess& process);
  Status on_audit(std::string_view line);

 private:
  void lose_process(bool told);

  World* world_;
  Network* network_;
  Site site_;
  NodeOptions options_;
  std::string name_;
  SiteClock wall_clock_;
  DiskImage image_;
  std::shared_ptr<NodeProcess> process_;
  unsigned starts_ = 0;
  std::uint64_t syncs_ = 0;
  std::string refusal_;
  unsigned double_votes_seen_ = 0;
};

}  // namespace tercet::sim
