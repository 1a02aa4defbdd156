#pragma once

#include <cstdint>
#include <list>

#include "core/net/byte_stream.h"

namespace tercet {

/// The connections of one port that wait for their client, so that when there is no room for a new
/// one, one that nobody would miss makes room. First go those whose client has not shown who it is,
/// then the others; of either kind the one that has waited longest.
/// Threads: one executor. Outlives its seats.
class WaitingRoom {
 public:
  enum class Kind : std::uint8_t {
    stranger,  ///< in the handshake, silent, or with requests that proved nothing
    known,     ///< a request proved who it is
  };

  /// One connection's place, from now until destruction.
  class Seat {
   public:
    /// The stream outlives the seat.
    Seat(WaitingRoom& room, Kind kind, ByteStream& stream);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

    /// The connection was cut off to make room.
    bool ended() const { return queue_ == nullptr; }

   private:
    friend class WaitingRoom;

    std::list<Seat*>* queue_;  ///< null once it was ended
    std::list<Seat*>::iterator place_;
    ByteStream* stream_;
  };

  WaitingRoom() = default;
  WaitingRoom(const WaitingRoom&) = delete;
  WaitingRoom& operator=(const WaitingRoom&) = delete;

  /// Cuts off the one that goes first; its task ends soon. False: nobody waits.
  bool end_one();

 private:
  std::list<Seat*> strangers_;
  std::list<Seat*> known_;
};

}  // namespace tercet
