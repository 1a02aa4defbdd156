#pragma once

#include <cstdint>
#include <string>

#include "bench/emulator/descriptor.h"
#include "bench/emulator/packet.h"
#include "core/base/result.h"

namespace tercet::wan {

/// A TUN device: what the kernel routes to it is read here, what is written here the kernel takes
/// for received. The device goes with the object. Packets carry a virtio_net_hdr, so that no
/// checksum is computed on a machine's way to itself.
class Tun {
 public:
  /// Makes a device in the calling thread's network namespace, gives it `address` (host byte order)
  /// in a /24, and raises it. `large`: the kernel may hand over TCP in pieces of up to 64 KiB.
  /// Errors: denied, unsupported (hints: what to run it as), io_error.
  static Result<Tun> make(const std::string& name_pattern, std::uint32_t address, bool large);

  const std::string& name() const { return name_; }

  int descriptor() const { return descriptor_.get(); }

  /// Reads one packet into `into`, which has a head and a tail; false if none waits.
  bool read(Packet& into) const;
  /// Hands one packet to the kernel; false if it would not take it.
  bool write(const Packet& packet) const;

 private:
  Tun(Descriptor descriptor, std::string name)
      : descriptor_(std::move(descriptor)), name_(std::move(name)) {}

  Descriptor descriptor_;
  std::string name_;
};

}  // namespace tercet::wan
