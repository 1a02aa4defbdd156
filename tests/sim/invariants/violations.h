#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/sim/world/trace.h"

namespace tercet::sim {

/// What must never happen and did. Empty after a good run.
class Violations {
 public:
  explicit Violations(Trace& trace) : trace_(&trace) {}

  /// `what` begins with the invariant's name, "I1: ...".
  void add(const std::string& what) {
    trace_->note("VIOLATION", what);
    all_.push_back(what);
  }

  bool none() const { return all_.empty(); }

  const std::vector<std::string>& all() const { return all_; }

 private:
  Trace* trace_;
  std::vector<std::string> all_;
};

}  // namespace tercet::sim
