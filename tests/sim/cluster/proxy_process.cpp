#include "tests/sim/cluster/proxy_process.h"

#include <utility>

namespace tercet::sim {

namespace {

constexpr Milliseconds kProxyConnectLimit{3000};  ///< as the daemon's

proxy::StoreTable store_table() {
  std::vector<proxy::KeyStore> stores;
  for (const ClusterConfig::Store& configured : Setup::get().cluster.stores) {
    proxy::KeyStore store;
    store.name = configured.name;
    store.base_path = configured.uri_path;
    store.regions = configured.regions;
    store.access_key_ids = configured.access_key_ids;
    stores.push_back(std::move(store));
  }
  return proxy::StoreTable::make(std::move(stores)).value();
}

proxy::HealthSettings health_settings() {
  const ClusterConfig& cluster = Setup::get().cluster;
  proxy::HealthSettings settings;
  settings.key = cluster.health_key;
  for (const ClusterConfig::Node& node : cluster.nodes) {
    settings.node_ids.push_back(node.id);
  }
  return settings;
}

proxy::CoordinatorOptions coordinator_options() {
  proxy::CoordinatorOptions options;
  options.remembered_max = Setup::get().cluster.remembered_ciphertexts;
  options.batches_wanted = 6;
  return options;
}

}  // namespace

class ProxyProcess::Dialer final : public LinkDialer {
 public:
  Dialer(ProxyProcess& process, std::string name, Site node)
      : process_(&process), name_(std::move(name)), node_(node) {}

  Task<Result<std::unique_ptr<FrameLink>>> connect() override {
    return process_->network_->dial(
        *process_, process_->site_, name_, node_, Port::proxy, kProxyConnectLimit);
  }

  Task<void> serve(std::unique_ptr<FrameLink> link) override {
    const auto node = static_cast<mpc::PartyIndex>(node_ + 1);
    static_cast<void>(co_await process_->coordinator_->nodes().serve(node, std::move(link)));
  }

 private:
  ProxyProcess* process_;
  std::string name_;
  Site node_;
};

ProxyProcess::ProxyProcess(
    World& world, Network& network, Site site, std::string name, const WallClock& wall_clock)
    : Process(world, std::move(name)),
      network_(&network),
      site_(site),
      random_(*world.random_for(this->name() + " random")),
      stores_(store_table()),
      coordinator_(
          std::make_unique<proxy::Coordinator>(executor(), random_, coordinator_options())),
      health_(std::make_unique<proxy::HealthMonitor>(
          executor(), *coordinator_, *coordinator_, random_, wall_clock, health_settings())),
      service_(std::make_unique<proxy::XksService>(stores_,
                                                   *coordinator_,
                                                   *health_,
                                                   wall_clock,
                                                   this->clock(),
                                                   observer_,
                                                   proxy::XksServiceOptions())),
      tasks_(executor()) {}

ProxyProcess::~ProxyProcess() = default;

void ProxyProcess::boot() {
  for (Site node = 0; node < kNodes; ++node) {
    dialers_.push_back(std::make_unique<Dialer>(*this, network_->name_of(site_), node));
    tasks_.spawn(keep_linked(*dialers_.back()));
  }
  tasks_.spawn(coordinator_->keep_lease());
  tasks_.spawn(coordinator_->keep_slots());
  tasks_.spawn(health_->run());
}

Task<void> ProxyProcess::answer(proxy::XksRequest request, Deadline until, Answered answered) {
  proxy::XksReply reply = co_await service_->handle(std::move(request), until);
  if (!ghost()) {
    answered(std::move(reply));
  }
}

void ProxyProcess::handle(proxy::XksRequest request, Milliseconds limit, Answered answered) {
  const Deadline until = Deadline::in(clock(), limit);
  tasks_.spawn(answer(std::move(request), until, std::move(answered)));
  wake();
}

Task<void> ProxyProcess::end_all() {
  coordinator_->stop();
  health_->stop();
  co_await coordinator_->join();
  tasks_.close();
  co_await tasks_.join();
}

}  // namespace tercet::sim
