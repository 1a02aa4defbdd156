#include "tests/sim/cluster/cluster.h"

#include <algorithm>
#include <map>
#include <utility>

#include <sodium.h>
#include <sqlite3.h>

namespace tercet::sim {

namespace {

constexpr Milliseconds kCommandLimit{60'000};
constexpr Milliseconds kAskPause{200};
constexpr Milliseconds kTryPause{1'000};
/// How long a node may take to close what a crash left.
constexpr Milliseconds kRestPause{5'000};
/// By when nodes that rest have as much stock as they want.
constexpr Milliseconds kStockLimit{60'000};
constexpr std::size_t kQueuedBytesAtRestMax = 64 * 1024;
constexpr std::size_t kAlarmsAtRestMax = 400;
constexpr std::size_t kLinksPerPairMax = 8;

template <class T>
std::vector<T*> pointers_to(const std::vector<std::unique_ptr<T>>& all) {
  std::vector<T*> out;
  for (const std::unique_ptr<T>& one : all) {
    out.push_back(one.get());
  }
  return out;
}

/// libsodium's generator, for what takes its randomness from there: steered while a world lives.
class SteeredSodium {
 public:
  static void steer(std::uint64_t seed) {
    static randombytes_implementation implementation{};
    implementation.implementation_name = [] { return "simulation"; };
    implementation.random = [] { return load_u32(source()->array<4>()); };
    implementation.buf = [](void* const into, const std::size_t size) {
      source()->fill(MutableByteView(static_cast<std::uint8_t*>(into), size));
    };
    source() = std::make_unique<DeterministicRandom>(std::to_string(seed) + "/sodium");
    randombytes_set_implementation(&implementation);
  }

 private:
  static std::unique_ptr<DeterministicRandom>& source() {
    static std::unique_ptr<DeterministicRandom> random;
    return random;
  }
};

std::uint64_t steered(std::uint64_t seed) {
  SteeredSodium::steer(seed);
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 1, nullptr);
  return seed;
}

}  // namespace

KeyId key_named(const std::string& name) {
  return KeyId::parse(name).value();
}

Cluster::Cluster(const ClusterOptions& options)
    : world_(steered(options.seed)),
      violations_(world_.trace()),
      toy_(ledger_),
      network_(world_, kNodes + options.proxies),
      nodes_([&] {
        if (options.trace != nullptr) {
          world_.trace().print_to(options.trace);
        }
        NodeOptions node;
        node.engine = options.engine == EngineChoice::toy ? &toy_ : &mpc::table_engine();
        node.key_life = options.key_life;
        node.derived_sets = options.derived_sets;
        std::vector<std::unique_ptr<NodeSite>> nodes;
        for (Site site = 0; site < kNodes; ++site) {
          nodes.push_back(std::make_unique<NodeSite>(world_, network_, site, node));
        }
        return nodes;
      }()),
      truth_(pointers_to(nodes_), world_.time(), violations_),
      judge_(truth_, violations_) {
  for (std::size_t proxy = 0; proxy < options.proxies; ++proxy) {
    proxies_.push_back(
        std::make_unique<ProxySite>(world_, network_, kNodes + proxy, Setup::proxy_name(proxy)));
  }
  kms_ = std::make_unique<Kms>(world_, pointers_to(proxies_), judge_, violations_);
  administrators_ = std::make_unique<Administrators>(world_, pointers_to(nodes_), truth_);
  world_.on_step([this] { check_step(); });
}

Cluster::~Cluster() {
  world_.on_step({});
  world_.end_all();
}

void Cluster::check_step() {
  truth_.look();
  for (const std::string& what : ledger_.take_violations()) {
    violations_.add(what);
  }
}

void Cluster::start_all() {
  for (const std::unique_ptr<NodeSite>& node : nodes_) {
    if (!node->running()) {
      node->start();
    }
  }
  for (const std::unique_ptr<ProxySite>& proxy : proxies_) {
    if (proxy->process() == nullptr) {
      proxy->start();
    }
  }
}

bool Cluster::carry_out(const node::Command& command, Milliseconds limit) {
  const std::shared_ptr<SentCommand> sent = administrators_->sign(command);
  administrators_->bring_to_all(*sent);
  const SteadyTime until = world_.time().now() + limit;
  while (!sent->done_everywhere() && world_.time().now() < until) {
    run_for(kAskPause);
    administrators_->ask(*sent);
  }
  return sent->done_everywhere();
}

bool Cluster::make_keys(const std::vector<KeyId>& keys) {
  return std::all_of(keys.begin(), keys.end(), [this](const KeyId& key) {
    return carry_out(administrators_->create(key), kCommandLimit);
  });
}

void Cluster::heal() {
  for (Site from = 0; from < kNodes + proxies_.size(); ++from) {
    for (Site to = 0; to < kNodes + proxies_.size(); ++to) {
      network_.set_cut_one_way(from, to, false);
      network_.path(from, to) = Path();
    }
  }
  for (const std::unique_ptr<NodeSite>& node : nodes_) {
    node->set_paused(false);
    node->set_disk_full(false);
    node->audit_fails = false;
    node->disk_watch = {};
    node->wall_clock().error = Milliseconds(0);
  }
  for (const std::unique_ptr<ProxySite>& proxy : proxies_) {
    proxy->set_paused(false);
  }
  network_.on_send({});
  network_.withhold({});
  start_all();
}

void Cluster::restart_nodes(Crash kind) {
  for (const std::unique_ptr<NodeSite>& node : nodes_) {
    node->crash(kind);
  }
  run_for(kTryPause);
  start_all();
}

bool Cluster::try_all(std::vector<Ciphertext>& undecrypted, std::vector<KeyId>& unserved) {
  for (std::size_t i = 0; i < proxies_.size(); ++i) {
    std::vector<std::shared_ptr<const Kms::Call>> encrypts;
    for (const KeyId& key : unserved) {
      encrypts.push_back(kms_->encrypt(i, key, to_bytes(as_bytes("is it served?")), {}));
    }
    run_for(kTryPause / 2);
    std::vector<std::shared_ptr<const Kms::Call>> decrypts;
    for (const Ciphertext& ciphertext : undecrypted) {
      decrypts.push_back(kms_->decrypt(i, ciphertext));
      run_for(Milliseconds(20));
    }
    run_for(kTryPause / 2);
    std::vector<KeyId> still_unserved;
    for (const auto& call : encrypts) {
      if (!call->served()) {
        still_unserved.push_back(call->about.key);
      }
    }
    std::vector<Ciphertext> still_undecrypted;
    for (const auto& call : decrypts) {
      if (!call->served()) {
        still_undecrypted.push_back(call->about);
      }
    }
    unserved = still_unserved;
    undecrypted = still_undecrypted;
  }
  return unserved.empty() && undecrypted.empty();
}

void Cluster::expect_service(Milliseconds limit) {
  const SteadyTime until = world_.time().now() + limit;
  run_for(kRestPause);  // what the nodes have to tell each other first
  std::vector<KeyId> unserved;
  for (const VersionName& name : truth_.names()) {
    if (truth_.enabled_everywhere(name) && name.first != Setup::get().cluster.health_key) {
      unserved.push_back(name.first);
    }
  }
  std::vector<Ciphertext> undecrypted;
  for (const Ciphertext& ciphertext : kms_->kept()) {
    if (std::find(unserved.begin(), unserved.end(), ciphertext.key) != unserved.end()) {
      undecrypted.push_back(ciphertext);
    }
  }
  while (!try_all(undecrypted, unserved) && world_.time().now() < until) {
  }
  for (const KeyId& key : unserved) {
    violations_.add("I6: key " + key.text() + " does not encrypt after the faults have ended");
  }
  std::map<KeyId, int> closed;
  for (const Ciphertext& ciphertext : undecrypted) {
    ++closed[ciphertext.key];
  }
  for (const auto& [key, count] : closed) {
    violations_.add("I6: " + std::to_string(count) + " ciphertexts of key " + key.text() +
                    " do not decrypt after the faults have ended");
  }
}

void Cluster::expect_no_setback() {
  for (const std::unique_ptr<NodeSite>& node : nodes_) {
    if (node->core() == nullptr) {
      continue;
    }
    for (const node::OldDirectory& seen : node->core()->directory_watch().report()) {
      violations_.add("Q5: " + Setup::node_name(node->site()) + " takes the directory of node " +
                      std::to_string(mpc::number(seen.node)) + " for an old one: " + seen.detail);
    }
  }
}

void Cluster::expect_bounded() {
  run_for(kRestPause);
  // What is being made of stock is not left over: it comes to its end by itself.
  const SteadyTime until = world_.time().now() + kStockLimit;
  while (network_.queued_bytes() > kQueuedBytesAtRestMax && world_.time().now() < until) {
    run_for(kTryPause);
  }
  if (network_.queued_bytes() > kQueuedBytesAtRestMax) {
    violations_.add("I7: " + std::to_string(network_.queued_bytes()) +
                    " bytes wait on links at rest");
  }
  if (network_.live_links() > kLinksPerPairMax * nodes_.size() * (1 + proxies_.size())) {
    violations_.add("I7: " + std::to_string(network_.live_links()) + " links at rest");
  }
  if (world_.time().pending() > kAlarmsAtRestMax) {
    violations_.add("I7: " + std::to_string(world_.time().pending()) + " alarms at rest");
  }
}

}  // namespace tercet::sim
