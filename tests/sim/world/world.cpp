#include "tests/sim/world/world.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace tercet::sim {

namespace {

/// More rounds of handlers at one moment mean that something goes round in circles.
constexpr int kRoundsMax = 1'000'000;

}  // namespace

World::World(std::uint64_t seed) : seed_(seed), trace_(time_), random_(seed) {}

World::~World() {
  end_all();
}

void World::end_all() {
  for (const std::shared_ptr<Process>& process : processes_) {
    process->ghost_ = true;
  }
  bury_ghosts();
}

std::unique_ptr<DeterministicRandom> World::random_for(const std::string& part) const {
  return std::make_unique<DeterministicRandom>(std::to_string(seed_) + "/" + part);
}

void World::start(std::shared_ptr<Process> process) {
  process->wake();
  processes_.push_back(std::move(process));
}

void World::crash(Process& process) {
  process.ghost_ = true;
}

void World::bury_ghosts() {
  for (std::size_t i = 0; i < processes_.size();) {
    if (!processes_[i]->ghost()) {
      ++i;
      continue;
    }
    const std::shared_ptr<Process> ghost = std::move(processes_[i]);
    processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(i));
    ghost->take_down();
  }
}

void World::settle() {
  bury_ghosts();
  for (int round = 0; round < kRoundsMax; ++round) {
    bool ran = false;
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      ran |= processes_[i]->run_ready();
    }
    bury_ghosts();
    if (!ran) {
      return;
    }
  }
  TERCET_CHECK(false);  // time stands still
}

bool World::step(SteadyTime until) {
  settle();
  ++steps_;
  if (check_) {
    check_();
  }
  return time_.step(until);
}

void World::run_for(Microseconds duration) {
  const SteadyTime until = time_.now() + duration;
  while (step(until)) {
  }
}

bool World::run_until(const std::function<bool()>& done, Microseconds limit) {
  const SteadyTime until = time_.now() + limit;
  do {
    if (done()) {
      return true;
    }
  } while (step(until));
  return done();
}

}  // namespace tercet::sim
