#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>

#include "core/base/bytes.h"
#include "core/secret/access.h"

namespace tercet {

class RandomSource;

/// The one owning buffer for secrets (rule S1): from the locked arena, wiped on destruction and
/// when moved from, move-only, not printable, not comparable (use ct::equal on what a token opens).
/// The size is public. Default-made and moved-from ones are empty. Threads: as a std::vector.
class SecretBytes {
 public:
  SecretBytes() noexcept = default;
  /// `size` zero bytes.
  explicit SecretBytes(std::size_t size);
  static SecretBytes copy_of(ByteView bytes);
  static SecretBytes random(std::size_t size, RandomSource& source);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  /// A deliberate second copy.
  SecretBytes clone() const;

  std::size_t size() const noexcept { return size_; }

  bool empty() const noexcept { return size_ == 0; }

  ByteView expose(SecretAccess /*token*/) const { return {data_, size_}; }

  MutableByteView expose_mutable(SecretAccess /*token*/) { return {data_, size_}; }

  bool operator==(const SecretBytes&) const = delete;
  friend std::ostream& operator<<(std::ostream&, const SecretBytes&) = delete;

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Wipes what it guards when the scope ends, on every path: for stack arrays of kernels.
class WipeGuard {
 public:
  explicit WipeGuard(MutableByteView guarded) noexcept : guarded_(guarded) {}

  WipeGuard(const WipeGuard&) = delete;
  WipeGuard& operator=(const WipeGuard&) = delete;

  ~WipeGuard() { wipe(guarded_.data(), guarded_.size()); }

 private:
  MutableByteView guarded_;
};

}  // namespace tercet
