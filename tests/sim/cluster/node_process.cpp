#include "tests/sim/cluster/node_process.h"

#include <utility>

#include "node/store/database.h"
#include "tests/sim/cluster/log_lines.h"
#include "tests/sim/cluster/node_site.h"
#include "tests/sim/kms_signer.h"

namespace tercet::sim {

namespace {

constexpr Milliseconds kConnectLimit{5000};  ///< as the daemon's

mpc::PartyIndex party_at(Site site) {
  return static_cast<mpc::PartyIndex>(site + 1);
}

}  // namespace

class NodeProcess::Dialer final : public LinkDialer {
 public:
  Dialer(NodeProcess& process, Site peer, Port port)
      : process_(&process), peer_(peer), port_(port) {}

  Task<Result<std::unique_ptr<FrameLink>>> connect() override {
    NodeSite& site = *process_->site_;
    return site.network().dial(
        *process_, site.site(), Setup::node_name(site.site()), peer_, port_, kConnectLimit);
  }

  Task<void> serve(std::unique_ptr<FrameLink> link) override {
    return process_->serve(port_, peer_, std::move(link));
  }

 private:
  NodeProcess* process_;
  Site peer_;
  Port port_;
};

NodeProcess::NodeProcess(NodeSite& site, std::string name, const DiskImage& image)
    : Process(site.world(), std::move(name)),
      site_(&site),
      config_(Setup::get().node_config(
          site.site(), site.options().batch_vectors, site.options().derived_sets)),
      random_(site.world().random_for(this->name() + " random")),
      bulk_random_(site.world().random_for(this->name() + " bulk random")),
      disk_(image,
            site.world().random(),
            [this](std::string_view operation, const std::string& file) {
              return ghost() ? DiskFate::done : site_->on_disk(operation, file);
            }),
      tasks_(executor()) {}

NodeProcess::~NodeProcess() = default;

Status NodeProcess::boot() {
  TERCET_TRY_STATUS(open_core());
  if (ghost()) {
    return ok_status();
  }
  core_->start();
  listen();
  for (Site peer = site_->site() + 1; peer < kNodes; ++peer) {  // the lower number dials
    dial(peer);
  }
  return ok_status();
}

Status NodeProcess::open_core() {
  const Setup& setup = Setup::get();
  node::DatabaseOptions place;
  place.vfs = disk_.vfs_name();
  place.on_write_failed = [this](int /*code*/) { site_->on_write_failed(*this); };
  node::NodeCore::Parts parts;
  TERCET_TRY(parts.store,
             node::NodeStore::open_in(place,
                                      config_.id,
                                      setup.sealing[site_->site()],
                                      site_->options().key_life->command_effects()));
  parts.executor = executor();
  parts.bulk_executor = executor();
  parts.config = &config_;
  parts.signing_key = &setup.signing[site_->site()];
  parts.import_key = &setup.import[site_->site()];
  parts.audit_sink = [this](std::string_view line) {
    return ghost() ? ok_status() : site_->on_audit(line);
  };
  parts.secrets = test::KmsSigner::secret_of;
  parts.metrics = &metrics_;
  parts.random = random_.get();
  parts.bulk_random = bulk_random_.get();
  parts.clock = &site_->wall_clock();
  parts.engine = site_->options().engine;
  parts.key_life = site_->options().key_life;
  parts.log = trace_logger(world().trace(), *this);
  TERCET_TRY(core_, node::NodeCore::make(std::move(parts)));
  return ok_status();
}

void NodeProcess::listen() {
  for (const Port port : {Port::peer, Port::bulk, Port::proxy}) {
    site_->network().listen(
        site_->site(), port, *this, [this, port](Site from, std::unique_ptr<FrameLink> link) {
          tasks_.spawn(serve(port, from, std::move(link)));
        });
  }
}

void NodeProcess::dial(Site peer) {
  for (const Port port : {Port::peer, Port::bulk}) {
    dialers_.push_back(std::make_unique<Dialer>(*this, peer, port));
    tasks_.spawn(keep_linked(*dialers_.back()));
  }
}

Task<void> NodeProcess::serve(Port port, Site peer, std::unique_ptr<FrameLink> link) {
  switch (port) {
    case Port::peer:
      return core_->service().serve_peer(party_at(peer), std::move(link));
    case Port::bulk:
      return core_->service().serve_bulk(party_at(peer), std::move(link));
    case Port::proxy:
      return core_->service().serve_proxy(std::move(link));
  }
  TERCET_CHECK(false);
}

Task<void> NodeProcess::end_all() {
  tasks_.close();
  if (core_) {
    co_await core_->stop();
    co_await core_->service().join_bulk();
  }
  co_await tasks_.join();
}

}  // namespace tercet::sim
