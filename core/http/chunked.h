#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace tercet {

/// Chunked coding (RFC 9112 7.1), incrementally, into a bounded body. Extensions and trailers are
/// checked for length and characters, then dropped. Line ends are CRLF and nothing else.
class ChunkedDecoder {
 public:
  enum class State : std::uint8_t { going_on, complete, malformed, too_large };

  ChunkedDecoder() = default;

  explicit ChunkedDecoder(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  /// Takes from input, appends to body; says how many bytes it took.
  std::size_t feed(ByteView input, Bytes& body);

  State state() const { return state_; }

 private:
  enum class Part : std::uint8_t { size_line, data, data_end, trailer };

  std::size_t feed_line(ByteView input);
  void on_line(const Bytes& body);
  void on_size_line(const Bytes& body);

  static constexpr std::size_t kLineBytesMax = 256;
  static constexpr std::size_t kTrailerBytesMax = 4096;

  std::size_t body_bytes_max_ = 0;
  State state_ = State::going_on;
  Part part_ = Part::size_line;
  std::size_t left_ = 0;  ///< of the current chunk
  std::size_t trailer_bytes_ = 0;
  Bytes line_;
};

}  // namespace tercet
