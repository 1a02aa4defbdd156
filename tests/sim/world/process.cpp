#include "tests/sim/world/process.h"

#include <utility>

#include "core/async/task_group.h"
#include "core/base/check.h"
#include "core/time/executor_clock.h"
#include "tests/sim/world/world.h"

namespace tercet::sim {

namespace {

/// What a process' end may take of alarms that ring at once.
constexpr int kLastAlarmsMax = 100'000;

Task<void> end_and_tell(Task<void> ending, bool& ended) {
  co_await std::move(ending);
  ended = true;
}

}  // namespace

Process::Process(World& world, std::string name)
    : world_(&world), name_(std::move(name)), clock_(world.time(), [this] { wake(); }) {
  set_clock(context_, clock_);
}

Process::~Process() = default;

void Process::set_paused(bool paused) {
  paused_ = paused;
  wake();
}

void Process::wake() {
  ready_ = true;
}

bool Process::run_ready() {
  if (!ready_ || paused_) {
    return false;
  }
  ready_ = false;
  context_.restart();
  context_.poll();
  return true;
}

void Process::take_down() {
  bool ended = false;
  spawn_owned(executor(), end_and_tell(end_all(), ended));
  for (int alarms = 0; alarms < kLastAlarmsMax; ++alarms) {
    context_.restart();
    context_.poll();
    if (ended && clock_.pending() == 0) {
      return;
    }
    if (!clock_.ring_next()) {
      break;
    }
  }
  TERCET_CHECK(ended);
}

}  // namespace tercet::sim
