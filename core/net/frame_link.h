#pragma once

#include <cstdint>
#include <string>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tercet {

/// One bounded message on a link: a type (mpc/wire lists them) and a body. On the wire: u32 length
/// of what follows, u8 type, body.
class Frame {
 public:
  Frame() = default;

  Frame(std::uint8_t frame_type, Bytes frame_body)
      : type(frame_type), body(std::move(frame_body)) {}

  std::uint8_t type = 0;
  Bytes body;
};

/// An ordered, authenticated, bounded link to one other process. Over TLS in production
/// (core/net/tls_frame_link.h), over queues in tests (tests/support/memory_link.h).
/// Threads: used on one executor only.
class FrameLink {
 public:
  virtual ~FrameLink() = default;
  /// Queues the frame and returns at once; frames queued together leave in one write.
  /// Errors: overloaded (the queue is full: the link is then closed), link_closed, out_of_range.
  virtual Status send(Frame frame) = 0;
  /// The next frame, in order. Errors: link_closed, peer_malformed (then closed).
  virtual Task<Result<Frame>> receive() = 0;
  virtual void close() noexcept = 0;

  /// Sends what is queued, within the limit of a write, and closes then; takes nothing more. For a
  /// last word to the other side.
  virtual void finish() noexcept { close(); }

  /// The name in the other side's certificate ("node-2", "proxy-1"); for logs and ownership.
  virtual const std::string& peer_name() const = 0;
  /// 32 bytes that both ends of this connection have in common, and no other connection: what a
  /// signature covers so that nobody in the middle can pass it on. Empty without TLS.
  virtual ByteView channel_binding() const = 0;
};

}  // namespace tercet
