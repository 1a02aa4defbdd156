#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/random/deterministic.h"
#include "tests/sim/world/process.h"
#include "tests/sim/world/trace.h"
#include "tests/support/virtual_time.h"

namespace tercet::sim {

using test::Microseconds;
using test::ProcessClock;
using test::VirtualTime;

/// A simulated world: one time, one trace, one source of chance, and the processes that run in it,
/// all in one thread. Everything that happens follows from the seed.
class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  VirtualTime& time() { return time_; }

  Trace& trace() { return trace_; }

  RandomSource& random() { return random_; }

  /// Uniform in [low, high].
  std::uint64_t draw(std::uint64_t low, std::uint64_t high) {
    return low + draw_below(random_, high - low + 1);
  }

  Microseconds draw(Microseconds low, Microseconds high) {
    return Microseconds(
        draw(static_cast<std::uint64_t>(low.count()), static_cast<std::uint64_t>(high.count())));
  }

  bool one_in(std::uint64_t n) { return draw_below(random_, n) == 0; }

  /// A source of chance of its own for a part of the world, by name.
  std::unique_ptr<DeterministicRandom> random_for(const std::string& part) const;

  /// The process runs from now on.
  void start(std::shared_ptr<Process> process);
  /// From now on the process is a ghost; its memory is taken down when its present function
  /// returns. Who crashes it sees to its disk and links first.
  void crash(Process& process);

  /// All processes end now.
  void end_all();

  /// Called whenever everything that was ready has run, before time goes on.
  void on_step(std::function<void()> check) { check_ = std::move(check); }

  /// Lets time pass.
  void run_for(Microseconds duration);
  /// Until `done` says so after a step; false if `limit` passes first.
  bool run_until(const std::function<bool()>& done, Microseconds limit);

  std::uint64_t steps() const { return steps_; }

 private:
  void settle();
  void bury_ghosts();
  bool step(SteadyTime until);

  std::uint64_t seed_;
  VirtualTime time_;
  Trace trace_;
  DeterministicRandom random_;
  std::vector<std::shared_ptr<Process>> processes_;
  std::function<void()> check_;
  std::uint64_t steps_ = 0;
};

}  // namespace tercet::sim
