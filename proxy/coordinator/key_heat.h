#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/ids.h"
#include "core/time/clock.h"

namespace tercet::proxy {

/// Which keys are in use, so that slots are made for them ahead of need. Bounded.
/// Threads: one executor.
class KeyHeat {
 public:
  class Wanted {
   public:
    Wanted() = default;
    std::string store;
    std::size_t blocks = 0;  ///< that a slot should have
    SteadyTime used_at{};
  };

  /// A successful Encrypt of a message of so many blocks.
  void used(const KeyId& key, const std::string& store, std::size_t blocks, SteadyTime now);
  /// No slots ahead for this key until it is used again.
  void cool(const KeyId& key);
  /// The keys used of late; forgets the others.
  const std::map<KeyId, Wanted>& hot(SteadyTime now);

 private:
  std::map<KeyId, Wanted> keys_;
};

}  // namespace tercet::proxy
