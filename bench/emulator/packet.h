#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tercet::wan {

/// One read of a TUN device. What fits a usual packet is in the head; the rest of a large one is in
/// the tail, so that small packets in flight do not hold 64 KiB each. Read and written in place
/// with readv and writev, never copied.
class Packet {
 public:
  static constexpr std::size_t kHeadBytes = 2048;
  static constexpr std::size_t kTailBytes = std::size_t{64} * 1024;
  static constexpr std::size_t kPreambleBytes = 10;  ///< virtio_net_hdr, in front of the IP packet
  using Head = std::array<std::uint8_t, kHeadBytes>;
  using Tail = std::array<std::uint8_t, kTailBytes>;

  Packet() = default;

  std::unique_ptr<Head> head;
  std::unique_ptr<Tail> tail;  ///< nullptr where the head holds everything
  std::size_t bytes = 0;       ///< in both, with the preamble

  std::size_t wire_bytes() const { return bytes > kPreambleBytes ? bytes - kPreambleBytes : 0; }
};

/// Buffers to use again: steady traffic allocates nothing.
class PacketPool {
 public:
  PacketPool() = default;

  /// A packet with head and tail, to read into.
  Packet take() {
    Packet out;
    out.head = pop(heads_);
    out.tail = pop(tails_);
    return out;
  }

  void give_back(Packet&& packet) {
    push(heads_, std::move(packet.head));
    push(tails_, std::move(packet.tail));
  }

  /// Keeps the tail for the next packet where this one does not use it.
  void trim(Packet& packet) {
    if (packet.bytes <= Packet::kHeadBytes) {
      push(tails_, std::move(packet.tail));
    }
  }

 private:
  static constexpr std::size_t kKeptMax = 4096;

  template <class Buffer>
  static std::unique_ptr<Buffer> pop(std::vector<std::unique_ptr<Buffer>>& from) {
    if (from.empty()) {
      return std::unique_ptr<Buffer>(new Buffer);  // not zeroed: make_unique would
    }
    std::unique_ptr<Buffer> out = std::move(from.back());
    from.pop_back();
    return out;
  }

  template <class Buffer>
  static void push(std::vector<std::unique_ptr<Buffer>>& to, std::unique_ptr<Buffer> buffer) {
    if (buffer != nullptr && to.size() < kKeptMax) {
      to.push_back(std::move(buffer));
    }
  }

  std::vector<std::unique_ptr<Packet::Head>> heads_;
  std::vector<std::unique_ptr<Packet::Tail>> tails_;
};

}  // namespace tercet::wan
