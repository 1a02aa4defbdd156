#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "core/async/task.h"
#include "tests/sim/world/trace.h"
#include "tests/support/virtual_time.h"

namespace tercet::sim {

using test::ProcessClock;

class World;

/// One running program of the simulated world: its memory, its event queue, its clock. Derived
/// classes are tercet-node and tercet-proxy.
///
/// A crash may strike at any moment, also inside one of its own functions (a disk write, a send).
/// From then on it is a ghost: what it does reaches nothing and nobody, and its memory is taken
/// down as soon as the function returns.
class Process {
 public:
  Process(World& world, std::string name);
  virtual ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  World& world() { return *world_; }

  const std::string& name() const { return name_; }

  asio::io_context& context() { return context_; }

  asio::any_io_executor executor() { return context_.get_executor(); }

  const ProcessClock& clock() const { return clock_; }

  bool ghost() const { return ghost_; }

  bool paused() const { return paused_; }

  /// Stopped by the system, as with SIGSTOP: time goes on without it.
  void set_paused(bool paused);
  /// It has something to run.
  void wake();

 protected:
  /// Ends everything in memory; when it returns nothing runs in the context but ends of tasks.
  virtual Task<void> end_all() = 0;

 private:
  friend class World;

  /// Runs what is ready. False if nothing was.
  bool run_ready();
  void take_down();

  World* world_;
  std::string name_;
  ProcessClock clock_;
  asio::io_context context_{1};
  bool ready_ = false;
  bool paused_ = false;
  bool ghost_ = false;
};

}  // namespace tercet::sim
