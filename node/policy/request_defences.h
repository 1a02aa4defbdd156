#pragma once

#include <cstdint>

#include "core/sigv4/verify.h"

namespace tercet::node {

/// The defences against a lying proxy as compile-time switches, as mpc::FullDefences are for the
/// protocol. Products instantiate FullRequestDefences only; a test derives from it and hides one
/// member to show that the attack then succeeds (protocol.md 13, attack 13).
struct FullRequestDefences {
  static constexpr bool verify_signature = true;   ///< at the node, whatever the proxy says (9)
  static constexpr bool hash_body = true;          ///< here, not the proxy's word for its hash (9)
  static constexpr bool compare_operation = true;  ///< KMS signed this one (9)
  static constexpr bool compare_store = true;      ///< the key is of the store that KMS called (9)
  static constexpr bool count_uses = true;         ///< replay list (9)
  static constexpr bool own_lease = true;          ///< a lease serves its owner only (10)
  static constexpr bool burn_named_slot = true;    ///< before any check of the Encrypt (8)
  static constexpr bool framing_in_sid = true;     ///< nodes that frame differently never meet (2)
  static constexpr std::int64_t window_seconds = sigv4::kDefaultWindowSeconds;
};

}  // namespace tercet::node
