#pragma once

#include <cstddef>
#include <memory>

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

/// FrameLink on a byte stream (TLS in production). send() only queues; a writer of its own puts all
/// that is queued into one write. Frames are read when receive() is awaited, so that a slow reader
/// slows the peer down. A receive that is cancelled or late loses nothing; one at a time.
/// Destroying or closing the link drops what is still queued and ends a waiting receive with
/// link_closed.
std::unique_ptr<FrameLink> make_frame_link(const asio::any_io_executor& executor,
                                           std::unique_ptr<ByteStream> stream,
                                           FrameLimits limits);

}  // namespace tercet
