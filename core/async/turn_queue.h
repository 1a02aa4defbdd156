#pragma once

#include <cstddef>
#include <list>

#include "core/async/event.h"
#include "core/async/task.h"
#include "core/base/result.h"
#include "core/time/clock.h"

namespace tercet {

/// Those who wait for something that comes now and then, and not always enough for all: each gets a
/// turn to take some, in the order they came. Who finds nothing that fits passes the turn on and
/// keeps the place, so that a large wish is not overtaken by later ones, and a small one may take
/// what is of no use to those before it. How many wait is bounded.
/// Threads: one executor. Lifetime: outlives its places.
class TurnQueue {
 public:
  /// At most `places_max` wait; the queue's users ask `full()` first.
  TurnQueue(const asio::any_io_executor& executor, std::size_t places_max);

  TurnQueue(const TurnQueue&) = delete;
  TurnQueue& operator=(const TurnQueue&) = delete;

  /// One who waits, for as long as it lives.
  class Place {
   public:
    explicit Place(TurnQueue& queue);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    /// Until it is this one's turn, which it has from then on. Errors: timeout, closed.
    Task<Status> turn(Deadline until);
    /// Ends the turn: the next one has it. What was taken must be on its way by the next wait.
    void pass_on();

    /// Since when it waits.
    SteadyTime since() const { return since_; }

   private:
    friend class TurnQueue;
    TurnQueue& queue_;
    SteadyTime since_;
    Event mine_;
    std::list<Place*>::iterator at_;
  };

  /// Something came: everybody gets a turn.
  void go_round();

  /// Somebody has the turn. Who comes now goes to the end of the queue, even if there is something.
  bool in_round() const { return turn_ != nullptr; }

  bool empty() const { return places_.empty(); }

  bool full() const { return places_.size() >= places_max_; }

  /// Since when the one who waits longest does; now if nobody waits.
  SteadyTime oldest_since() const;

 private:
  void give_turn(std::list<Place*>::iterator to);

  asio::any_io_executor executor_;
  const Clock& clock_;
  std::size_t places_max_;
  std::list<Place*> places_;
  Place* turn_ = nullptr;
  bool again_ = false;  ///< more came during the round
};

}  // namespace tercet
