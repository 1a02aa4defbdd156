#include "core/net/waiting_room.h"

#include <utility>

namespace tercet {

WaitingRoom::Seat::Seat(WaitingRoom& room, Kind kind, ByteStream& stream)
    : queue_(kind == Kind::stranger ? &room.strangers_ : &room.known_),
      place_(queue_->insert(queue_->end(), this)),
      stream_(&stream) {}

WaitingRoom::Seat::~Seat() {
  if (queue_ != nullptr) {
    queue_->erase(place_);
  }
}

bool WaitingRoom::end_one() {
  std::list<Seat*>& queue = strangers_.empty() ? known_ : strangers_;
  if (queue.empty()) {
    return false;
  }
  Seat* const first = queue.front();
  queue.pop_front();
  first->queue_ = nullptr;
  first->stream_->abort();
  return true;
}

}  // namespace tercet
