#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/async/task.h"
#include "core/net/frame_link.h"

namespace tercet::test {

/// One process as the hop counter sees it: every frame it sends carries 1 + the highest stamp it
/// has received, on any of its links. The stamp of an answer is the length of the longest chain of
/// one-way messages that led to it.
class StampedParty {
 public:
  std::uint64_t highest_received = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t bytes_sent = 0;  ///< frame bodies

  /// Starts a new count; all parties at the same quiet moment.
  void restart() { *this = StampedParty(); }
};

/// Sees each frame that leaves an end and says what arrives instead; nothing: lost.
using TamperFrame = std::function<std::optional<Frame>(Frame)>;

class MemoryLinkEnd {
 public:
  MemoryLinkEnd(std::shared_ptr<StampedParty> the_party, std::string the_name)
      : party(std::move(the_party)), name(std::move(the_name)) {}

  std::shared_ptr<StampedParty> party;
  std::string name;    ///< what the other end sees as peer_name()
  TamperFrame tamper;  ///< on frames that this end sends; may be empty
};

/// Two FrameLinks joined by queues on one executor; delivery is in order and never inside send().
/// Bounded like the real one (8 MiB queued).
std::pair<std::unique_ptr<FrameLink>, std::unique_ptr<FrameLink>> make_memory_link(
    const asio::any_io_executor& executor, MemoryLinkEnd first, MemoryLinkEnd second);

}  // namespace tercet::test
