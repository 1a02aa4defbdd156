#include <algorithm>
#include <array>
#include <memory>

#include "tests/sim/plans/faults.h"
#include "tests/sim/plans/plan.h"

namespace tercet::sim {

namespace {

constexpr Milliseconds kServedAgain{60'000};
constexpr std::size_t kPlanProxies = 2;
constexpr std::size_t kNewKeysMax = 12;
constexpr std::uint64_t kPlaintextMax = 96;

/// One run of a random plan.
class RandomPlan {
 public:
  explicit RandomPlan(const PlanOptions& options) : options_(options), cluster_(shape(options)) {
    if (options.engine == EngineChoice::table) {
      actions_left_ = 60;
    }
  }

  PlanResult run();

 private:
  static ClusterOptions shape(const PlanOptions& options);
  void draw_network();
  void act();
  void ask_kms();
  void command();
  void bring(const node::Command& command);
  void rotate(const KeyId& key);
  const KeyId& any_key();

  std::size_t any_proxy() { return world().draw(0, cluster_.proxy_count() - 1); }

  World& world() { return cluster_.world(); }

  PlanOptions options_;
  Cluster cluster_;
  FaultMaker faults_{cluster_};
  std::vector<KeyId> keys_ = {key_named("orders"), key_named("letters")};
  std::size_t new_keys_ = 0;
  int actions_left_ = 250;
};

ClusterOptions RandomPlan::shape(const PlanOptions& options) {
  ClusterOptions out;
  out.seed = options.seed;
  out.proxies = 1 + options.seed % kPlanProxies;
  out.engine = options.engine;
  out.key_life = options.key_life;
  out.trace = options.trace;
  return out;
}

void RandomPlan::draw_network() {
  const std::size_t sites = kNodes + cluster_.proxy_count();
  for (Site from = 0; from < sites; ++from) {
    for (Site to = from + 1; to < sites; ++to) {
      Path path;
      path.delay = world().draw(Microseconds(100), Microseconds(6'000));
      path.jitter = world().draw(Microseconds(0), path.delay);
      cluster_.network().path(from, to) = path;
      cluster_.network().path(to, from) = path;
    }
  }
}

const KeyId& RandomPlan::any_key() {
  return keys_[world().draw(0, keys_.size() - 1)];
}

void RandomPlan::ask_kms() {
  const std::vector<Ciphertext>& kept = cluster_.kms().kept();
  switch (world().draw(0, 9)) {
    case 0: {
      // Drawn one after the other: compilers order the arguments of a call as they like.
      const KeyId& key = any_key();
      cluster_.kms().metadata(any_proxy(), key);
      return;
    }
    case 1:
    case 2:
    case 3:
    case 4:
      if (!kept.empty()) {
        const Ciphertext chosen = kept[world().draw(0, kept.size() - 1)];
        cluster_.kms().decrypt(any_proxy(), chosen);
        return;
      }
      [[fallthrough]];
    default: {
      Bytes plaintext(world().draw(1, kPlaintextMax));
      world().random().fill(plaintext);
      Bytes aad(world().draw(0, 1) * 24);
      world().random().fill(aad);
      const KeyId& key = any_key();
      const std::size_t proxy = any_proxy();
      cluster_.kms().encrypt(proxy, key, std::move(plaintext), std::move(aad));
    }
  }
}

void RandomPlan::bring(const node::Command& command) {
  const std::shared_ptr<SentCommand> sent = cluster_.administrators().sign(command);
  for (Site node = 0; node < kNodes; ++node) {
    if (world().one_in(4)) {
      continue;  // the others pass it on
    }
    world().time().after(world().draw(Microseconds(0), Microseconds(500'000)),
                         [this, sent, node] { cluster_.administrators().bring(*sent, node); });
  }
}

void RandomPlan::rotate(const KeyId& key) {
  KeyVersion newest;
  for (const VersionName& name : cluster_.truth().names()) {
    if (name.first == key) {
      newest = std::max(newest, name.second);
    }
  }
  bring(cluster_.administrators().rotate(key, KeyVersion(newest.value() + 1)));
  if (world().one_in(2)) {
    faults_.strike_session();
  }
}

void RandomPlan::command() {
  Administrators& administrators = cluster_.administrators();
  if (new_keys_ < kNewKeysMax && world().one_in(2)) {
    const KeyId key = key_named("new-" + std::to_string(++new_keys_));
    keys_.push_back(key);
    bring(world().one_in(3) ? administrators.import(key) : administrators.create(key));
    if (!world().one_in(3)) {
      faults_.strike_session();
    }
    return;
  }
  if (world().one_in(3)) {
    rotate(any_key());
    return;
  }
  const bool enabled = world().one_in(2);
  const KeyId key = any_key();
  const Site seen_at = world().draw(0, kNodes - 1);
  if (const auto command = administrators.enable(key, enabled, seen_at)) {
    bring(*command);
  }
}

void RandomPlan::act() {
  const std::uint64_t kind = world().draw(0, 99);
  if (kind < 8) {
    faults_.strike();
  } else if (kind < 14 && options_.profile == Profile::keys) {
    command();
  } else {
    ask_kms();
  }
}

PlanResult RandomPlan::run() {
  draw_network();
  cluster_.start_all();
  const bool made = cluster_.make_keys({Setup::get().cluster.health_key, keys_[0], keys_[1]});
  if (!made) {
    cluster_.violations().add("I6: a cluster without faults does not make its first keys");
  }
  while (made && actions_left_-- > 0 && cluster_.violations().none()) {
    act();
    cluster_.run_for(world().draw(Microseconds(0), Microseconds(120'000)));
  }
  if (cluster_.violations().none()) {
    cluster_.heal();
    cluster_.expect_service(kServedAgain);
  }
  if (cluster_.violations().none()) {
    cluster_.restart_nodes(world().one_in(2) ? Crash::killed : Crash::power_cut);
    cluster_.expect_service(kServedAgain);
  }
  if (cluster_.violations().none()) {
    cluster_.expect_bounded();
    cluster_.expect_no_setback();
  }
  PlanResult result;
  result.violations = cluster_.violations().all();
  result.trace_hash = world().trace().hash();
  result.events = world().trace().events();
  result.virtual_time = world().time().elapsed();
  result.requests = cluster_.kms().counts();
  return result;
}

}  // namespace

PlanResult run_plan(const PlanOptions& options) {
  return RandomPlan(options).run();
}

}  // namespace tercet::sim
