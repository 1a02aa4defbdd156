#include "tests/sim/plans/faults.h"

#include <memory>

namespace tercet::sim {

namespace {

constexpr Milliseconds kDownMax{4'000};
constexpr Milliseconds kPauseMax{5'000};
constexpr Milliseconds kCutMax{8'000};
constexpr Milliseconds kSlowMax{4'000};
constexpr Milliseconds kSessionMax{500};
constexpr Milliseconds kSlowDelayMax{150};
constexpr std::uint64_t kClockErrorSeconds = 120;
constexpr std::uint64_t kOperationsWithin = 60;

}  // namespace

Site FaultMaker::any_node() {
  return cluster_->world().draw(0, kNodes - 1);
}

Site FaultMaker::any_site() {
  return cluster_->world().draw(0, kNodes + cluster_->proxy_count() - 1);
}

Microseconds FaultMaker::some_time(Milliseconds most) {
  return cluster_->world().draw(Milliseconds(10), Microseconds(most));
}

void FaultMaker::strike_session() {
  const Microseconds when = some_time(kSessionMax);
  cluster_->world().time().after(when, [this] {
    if (cluster_->world().one_in(4)) {
      crash_node();
    } else {
      reset_node_links();
    }
  });
}

void FaultMaker::strike() {
  switch (cluster_->world().draw(0, 12)) {
    case 0:
      return crash_node();
    case 1:
    case 2:
      return crash_node_within();
    case 3:
      return crash_proxy();
    case 4:
      return pause_site();
    case 5:
    case 6:
      return cut_path();
    case 7:
    case 8:
      return reset_links();
    case 9:
      return slow_path();
    case 10:
      return trouble_disk();
    case 11:
      return move_clock();
    default:
      return restart_all();
  }
}

void FaultMaker::restart_later(Site node) {
  cluster_->world().time().after(some_time(kDownMax), [cluster = cluster_, node] {
    if (!cluster->node(node).running()) {
      cluster->node(node).start();
    }
  });
}

void FaultMaker::crash_node() {
  const Site node = any_node();
  cluster_->node(node).crash(cluster_->world().one_in(2) ? Crash::killed : Crash::power_cut);
  restart_later(node);
}

void FaultMaker::crash_node_within() {
  const Site node = any_node();
  const Crash kind = cluster_->world().one_in(2) ? Crash::killed : Crash::power_cut;
  auto left = std::make_shared<std::uint64_t>(cluster_->world().draw(1, kOperationsWithin));
  const auto count = [this, node, kind, left] {
    if (*left > 0 && --*left == 0) {
      cluster_->node(node).crash(kind);
      restart_later(node);
    }
  };
  if (cluster_->world().one_in(2)) {
    cluster_->node(node).disk_watch = [count](std::string_view /*operation*/) {
      count();
      return DiskFate::done;
    };
    return;
  }
  cluster_->network().on_send([count, node](Site from, Site, Port, std::uint8_t) {
    if (from == node) {
      count();
    }
  });
}

void FaultMaker::crash_proxy() {
  const std::size_t proxy = cluster_->world().draw(0, cluster_->proxy_count() - 1);
  cluster_->proxy(proxy).crash(cluster_->world().one_in(2) ? Crash::killed : Crash::power_cut);
  cluster_->world().time().after(some_time(kDownMax), [cluster = cluster_, proxy] {
    if (cluster->proxy(proxy).process() == nullptr) {
      cluster->proxy(proxy).start();
    }
  });
}

void FaultMaker::pause_site() {
  const Site site = any_site();
  const auto set = [cluster = cluster_, site](bool paused) {
    if (site < kNodes) {
      cluster->node(site).set_paused(paused);
    } else {
      cluster->proxy(site - kNodes).set_paused(paused);
    }
  };
  set(true);
  cluster_->world().time().after(some_time(kPauseMax), [set] { set(false); });
}

void FaultMaker::cut_path() {
  const Site from = any_node();
  const Site to = (from + 1 + cluster_->world().draw(0, kNodes + cluster_->proxy_count() - 2)) %
                  (kNodes + cluster_->proxy_count());
  const bool one_way = cluster_->world().one_in(3);
  const auto set = [cluster = cluster_, from, to, one_way](bool cut) {
    if (one_way) {
      cluster->network().set_cut_one_way(from, to, cut);
    } else {
      cluster->network().set_cut(from, to, cut);
    }
  };
  set(true);
  cluster_->world().time().after(some_time(kCutMax), [set] { set(false); });
}

void FaultMaker::reset_links() {
  const Site one = any_node();
  const Site other = (one + 1 + cluster_->world().draw(0, kNodes + cluster_->proxy_count() - 2)) %
                     (kNodes + cluster_->proxy_count());
  const Microseconds when = some_time(Milliseconds(300));
  cluster_->world().time().after(
      when, [cluster = cluster_, one, other] { cluster->network().reset_links(one, other); });
}

void FaultMaker::reset_node_links() {
  const Site one = any_node();
  cluster_->network().reset_links(one, (one + 1) % kNodes, Port::peer);
}

void FaultMaker::restart_all() {
  const Crash kind = cluster_->world().one_in(2) ? Crash::killed : Crash::power_cut;
  for (Site node = 0; node < kNodes; ++node) {
    cluster_->node(node).crash(kind);
    restart_later(node);
  }
}

void FaultMaker::slow_path() {
  const Site from = any_node();
  const Site to = (from + 1) % kNodes;
  cluster_->network().path(from, to).slowed = some_time(kSlowDelayMax);
  cluster_->world().time().after(some_time(kSlowMax), [cluster = cluster_, from, to] {
    cluster->network().path(from, to).slowed = Microseconds(0);
  });
}

void FaultMaker::trouble_disk() {
  const Site node = any_node();
  NodeSite& site = cluster_->node(node);
  switch (cluster_->world().draw(0, 2)) {
    case 0:
      site.set_disk_full(true);
      cluster_->world().time().after(some_time(kSlowMax), [&site] { site.set_disk_full(false); });
      return;
    case 1:
      site.audit_fails = true;
      cluster_->world().time().after(some_time(kSlowMax), [&site] { site.audit_fails = false; });
      return;
    default: {
      auto left = std::make_shared<std::uint64_t>(cluster_->world().draw(1, kOperationsWithin));
      site.disk_watch = [left](std::string_view /*operation*/) {
        return *left > 0 && --*left == 0 ? DiskFate::failed : DiskFate::done;
      };
      restart_later(node);
    }
  }
}

void FaultMaker::move_clock() {
  const auto error = static_cast<std::int64_t>(cluster_->world().draw(0, 2 * kClockErrorSeconds)) -
                     static_cast<std::int64_t>(kClockErrorSeconds);
  cluster_->node(any_node()).wall_clock().error = std::chrono::seconds(error);
}

}  // namespace tercet::sim
