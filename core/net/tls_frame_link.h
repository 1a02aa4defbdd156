#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "core/metrics/metrics.h"
#include "core/net/byte_stream.h"
#include "core/net/frame_link.h"

namespace tercet {

class FrameLimits {
 public:
  FrameLimits() = default;

  static FrameLimits for_requests() { return FrameLimits(); }

  static FrameLimits for_bulk() {
    FrameLimits limits;
    limits.frame_bytes_max = 4U << 20U;
    limits.queue_bytes_max = 32U << 20U;
    return limits;
  }

  std::size_t frame_bytes_max = 1U << 20U;  ///< type and body
  std::size_t queue_bytes_max = 8U << 20U;  ///< waiting to be written
  Milliseconds write_limit{10000};          ///< for one write of everything queued
};

/// Counts what the links of one kind send. Outlives them; may be shared between threads.
class LinkMeter {
 public:
  /// Counters `tercet_<part>_link_sent_{bytes,frames,writes}_total{link="<kind>"}`.
  LinkMeter(Registry& registry, std::string_view part, std::string_view kind);

  Counter& bytes;   ///< of frames with their headers; TLS and TCP add theirs
  Counter& frames;  ///< messages
  Counter& writes;  ///< to the stream: frames that are ready together leave in one
};

/// FrameLink on a byte stream (TLS in production). send() only queues; a writer of its own puts all
/// that is queued into one write. Frames are read when receive() is awaited, so that a slow reader
/// slows the peer down. A receive that is cancelled or late loses nothing; one at a time.
/// Destroying or closing the link drops what is still queued and ends a waiting receive with
/// link_closed. `meter` may be null.
std::unique_ptr<FrameLink> make_frame_link(const asio::any_io_executor& executor,
                                           std::unique_ptr<ByteStream> stream,
                                           FrameLimits limits,
                                           LinkMeter* meter = nullptr);

}  // namespace tercet
