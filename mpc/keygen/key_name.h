#pragma once

#include <utility>

#include "core/base/ids.h"

namespace tercet::mpc {

/// Which key version and epoch a step of a key session is about (protocol.md 6).
class KeyName {
 public:
  KeyName() = default;

  KeyName(const ClusterId& in_cluster,
          KeyId key_id,
          KeyVersion key_version,
          const EpochId& key_epoch)
      : cluster(in_cluster), key(std::move(key_id)), version(key_version), epoch(key_epoch) {}

  ClusterId cluster;
  KeyId key;
  KeyVersion version;
  EpochId epoch;
};

}  // namespace tercet::mpc
