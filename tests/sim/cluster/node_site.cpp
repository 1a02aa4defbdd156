#include "tests/sim/cluster/node_site.h"

#include <utility>

namespace tercet::sim {

namespace {

/// The calendar when the world begins: some day in 2026.
constexpr std::int64_t kWorldBeginsMs = 1'790'000'000'000;

}  // namespace

std::int64_t SiteClock::now_milliseconds() const {
  return kWorldBeginsMs + error.count() + time_->elapsed().count() / 1000;
}

NodeSite::NodeSite(World& world, Network& network, Site site, const NodeOptions& options)
    : world_(&world),
      network_(&network),
      site_(site),
      options_(options),
      name_(Setup::node_name(site)),
      wall_clock_(world.time()) {
  network.set_name(site, name_);
}

NodeSite::~NodeSite() = default;

bool NodeSite::start() {
  TERCET_CHECK(!process_);
  ++starts_;
  world_->trace().note(name_, "start", "process " + std::to_string(starts_));
  process_ = std::make_shared<NodeProcess>(
      *this, name_ + "/" + std::to_string(starts_), std::exchange(image_, {}));
  world_->start(process_);
  const std::shared_ptr<NodeProcess> mine = process_;
  const Status booted = mine->boot();
  if (mine->ghost()) {
    return true;  // it crashed while it started
  }
  if (!booted) {
    refusal_ = booted.error().what();
    world_->trace().note(name_, "refuses", refusal_);
    image_ = mine->disk().contents();
    lose_process(true);
    return false;
  }
  return true;
}

void NodeSite::lose_process(bool told) {
  network_->leave(site_, told);
  world_->crash(*process_);
  process_.reset();
}

void NodeSite::crash(Crash kind) {
  if (!process_) {
    return;
  }
  const bool killed = kind == Crash::killed;
  world_->trace().note(name_, killed ? "killed" : "power cut");
  image_ = killed ? process_->disk().contents() : process_->disk().crash();
  lose_process(killed);
}

void NodeSite::set_paused(bool paused) {
  if (process_ && process_->paused() != paused) {
    world_->trace().note(name_, paused ? "pause" : "resume");
    process_->set_paused(paused);
  }
}

std::optional<node::AdminReply> NodeSite::admin(std::string_view method,
                                                std::string_view target,
                                                std::string_view body) {
  if (!answers() || core() == nullptr) {
    return std::nullopt;
  }
  const std::shared_ptr<NodeProcess> mine = process_;
  node::AdminReply reply = mine->core()->admin().handle(method, target, as_bytes(body));
  mine->wake();
  if (mine->ghost()) {
    return std::nullopt;  // it crashed over it
  }
  world_->trace().note(
      name_,
      "admin",
      std::string(method) + " " + std::string(target) + " " + std::to_string(reply.status));
  return reply;
}

DiskImage NodeSite::image_now() const {
  return process_ ? process_->disk().contents() : image_;
}

void NodeSite::set_disk_full(bool full) {
  if (process_) {
    Disk& disk = process_->disk();
    disk.set_capacity(full ? disk.used() : std::size_t{1} << 40U);
    world_->trace().note(name_, full ? "disk full" : "disk free");
  }
}

DiskFate NodeSite::on_disk(std::string_view operation, const std::string& file) {
  if (operation == "read") {
    return DiskFate::done;
  }
  world_->trace().note(name_, operation, file);
  syncs_ += operation == "sync" ? 1U : 0U;
  return disk_watch ? disk_watch(operation) : DiskFate::done;
}

void NodeSite::on_write_failed(NodeProcess& process) {
  if (process_.get() == &process) {  // a ghost's disk serves on
    world_->trace().note(name_, "write failed", "it ends itself");
    image_ = process.disk().crash();
    lose_process(true);
  }
}

Status NodeSite::on_audit(std::string_view line) {
  world_->trace().note_bytes(name_, "audit", {}, as_bytes(line));
  double_votes_seen_ += line.find("node_voted_twice") != std::string_view::npos ? 1U : 0U;
  if (audit_fails) {
    return Error(Errc::storage_error, "the audit record cannot be written");
  }
  if (audit_watch) {
    audit_watch(line);
  }
  return ok_status();
}

}  // namespace tercet::sim
