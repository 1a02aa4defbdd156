#pragma once

#include <cstddef>
#include <deque>

#include "core/time/clock.h"

namespace tercet::proxy {

/// Counts signatures that the nodes refused. Above 10 in 10 s the coordinator asks the nodes about
/// a signature before it touches a slot or plans vectors, so that a forger without the secret
/// cannot empty the stock (protocol.md 9).
class BadSignatures {
 public:
  void add(SteadyTime now);
  bool many(SteadyTime now);

 private:
  void forget_old(SteadyTime now);

  std::deque<SteadyTime> recent_;
};

}  // namespace tercet::proxy
