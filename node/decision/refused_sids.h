#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <set>
#include <utility>

#include "core/base/ids.h"
#include "core/time/clock.h"
#include "mpc/party.h"

namespace tercet::node {

/// Sids that this node said NO to without keeping a vote, against a session that is agreed on late.
/// Bounded for each node that made it say so: a corrupt one that asks about sids of its own making
/// takes no room from an honest one. Pure data. Threads: one.
class RefusedSids {
 public:
  /// An agreement lasts 5 s (protocol.md 2); whoever was refused may be forgotten long after.
  static constexpr Milliseconds kKept{60'000};
  static constexpr std::size_t kMaxEach = 512;

  /// Because this peer asked. False if too many of its questions are remembered: no NO may be said.
  bool add_asked(mpc::PartyIndex from, const SessionId& sid, SteadyTime now);
  /// Because the session broke off here. There are fewer agreements in kKept than kMaxEach; the
  /// oldest goes first.
  void add_broken(const SessionId& sid, SteadyTime now);

  bool contains(const SessionId& sid) const;

 private:
  class List {
   public:
    List() = default;
    bool add(const SessionId& sid, SteadyTime now);
    void forget_oldest();

    bool full() const { return in_order_.size() >= kMaxEach; }

    bool contains(const SessionId& sid) const { return ids_.contains(sid); }

   private:
    std::deque<std::pair<SteadyTime, SessionId>> in_order_;
    std::set<SessionId> ids_;
  };

  std::array<List, 3> asked_by_;
  List broken_;
};

}  // namespace tercet::node
