#pragma once

#include <cstdint>
#include <deque>

#include "core/random/random.h"
#include "node/link/peer_frames.h"

namespace tercet::node {

enum class WatchVerdict : std::uint8_t {
  fine,
  peer_rolled_back,  ///< a lower session count, or an older challenge of ours than it echoed before
  self_rolled_back,  ///< the peer echoes a challenge that this state never made
};

/// Catches a peer, or this process, that was resumed from an older memory image (protocol.md 2,
/// attack 6): session counts and echoes of random challenges only ever go forward within a pair of
/// generations. A network that loses or cuts the link is no reason for a verdict, since echoes name
/// the newest challenge received.
class RollbackWatch {
 public:
  /// How many of our challenges a peer may be behind, and how many old ones are recognised.
  static constexpr std::size_t kChallengesKept = 1024;

  /// A new challenge for the next heartbeat; remembered in order.
  Challenge issue(RandomSource& random);
  /// One for a HELLO, which anybody may have asked for: until it is confirmed it pushes out others
  /// of its kind only.
  Challenge offer(RandomSource& random);
  /// The set-up in which it was offered has succeeded.
  void confirm(const Challenge& offered);

  /// The peer's newest challenge, to be echoed; zeros before the first.
  const Challenge& newest_of_peer() const { return newest_of_peer_; }

  /// The peer began a new generation: it has seen nothing yet and counts from zero.
  void forget_peer();

  /// Judges what a HELLO or heartbeat of the peer says.
  WatchVerdict see(std::uint64_t session_count, const Challenge& echo, const Challenge& fresh);

 private:
  class Issued {
   public:
    Issued(const Challenge& its_value, bool is_offer) : value(its_value), offered(is_offer) {}

    Challenge value;
    bool offered;  ///< in a HELLO, and not confirmed
  };

  Challenge issue(RandomSource& random, bool offered);

  std::deque<Challenge> past_;  ///< echoed, then followed by a newer echo
  std::deque<Issued> issued_;   ///< the newest echoed one, then those after it
  bool any_echoed_ = false;
  std::uint64_t highest_count_ = 0;
  Challenge newest_of_peer_{};
};

}  // namespace tercet::node
