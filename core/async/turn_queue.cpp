#include "core/async/turn_queue.h"

#include <iterator>

#include "core/time/executor_clock.h"

namespace tercet {

TurnQueue::TurnQueue(const asio::any_io_executor& executor, std::size_t places_max)
    : executor_(executor), clock_(clock_of(executor)), places_max_(places_max) {}

TurnQueue::Place::Place(TurnQueue& queue)
    : queue_(queue),
      since_(queue.clock_.now()),
      mine_(queue.executor_),
      at_(queue.places_.insert(queue.places_.end(), this)) {}

TurnQueue::Place::~Place() {
  pass_on();
  queue_.places_.erase(at_);
}

Task<Status> TurnQueue::Place::turn(Deadline until) {
  return mine_.wait_until(until);
}

void TurnQueue::Place::pass_on() {
  if (queue_.turn_ == this) {
    mine_.reset();
    queue_.give_turn(std::next(at_));
  }
}

void TurnQueue::go_round() {
  if (in_round()) {
    again_ = true;
  } else {
    give_turn(places_.begin());
  }
}

void TurnQueue::give_turn(std::list<Place*>::iterator to) {
  turn_ = nullptr;
  if (to != places_.end()) {
    turn_ = *to;
    turn_->mine_.set();
  } else if (again_) {
    again_ = false;
    if (!places_.empty()) {
      give_turn(places_.begin());
    }
  }
}

SteadyTime TurnQueue::oldest_since() const {
  return places_.empty() ? clock_.now() : places_.front()->since_;
}

}  // namespace tercet
