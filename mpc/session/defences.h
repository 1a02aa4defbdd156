#pragma once

#include <cstdint>

namespace tercet::mpc {

/// The defences of protocol.md as compile-time switches. Products instantiate FullDefences only; a
/// test derives from it and hides one member to show that the attack then succeeds (protocol.md
/// 13).
struct FullDefences {
  static constexpr bool compare_copies = true;   ///< of an opening, before anything else (3)
  static constexpr bool transcript = true;       ///< hash of all opened values in every message (2)
  static constexpr bool consent_seals = true;    ///< first opening, tag, keystream (2)
  static constexpr bool barrier = true;          ///< before every coin (2)
  static constexpr bool coin_compare = true;     ///< both copies of a coin's component (2)
  static constexpr bool copy_check = true;       ///< the honest pair's common component (5)
  static constexpr bool zero_check = true;       ///< parity and index of vectors (5)
  static constexpr bool verify_products = true;  ///< recursive inner product (5)
  static constexpr bool complete_by_linearity = true;  ///< every wire is a marginal (4)
  static constexpr bool compare_sids = true;           ///< agreement (2)
  // keys and requests (protocol.md 6, 8)
  static constexpr bool cross_commitments = true;
  static constexpr bool verify_powers = true;
  static constexpr bool compare_releases = true;     ///< whole results, no majority (8)
  static constexpr bool bind_keystream = true;       ///< of the request's key, IV and length (2)
  static constexpr bool random_ivs = true;           ///< opened, not computed by a formula (10)
  static constexpr std::uint32_t first_counter = 2;  ///< J0 is never an output (2)
};

}  // namespace tercet::mpc
