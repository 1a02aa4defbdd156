#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/crypto/hash.h"
#include "core/secret/secret_bytes.h"
#include "mpc/party.h"
#include "mpc/prf/pair_secret.h"

namespace tercet::mpc {

/// The keyed hash by which two nodes compare what they hold: of long strings, at the speed of
/// memory, under a key that only the pair has (protocol.md 5; docs/decisions.md says why it holds).
/// The string is cut into pieces of 4 KiB; each becomes a polynomial over GF(2^128) at the secret
/// point `h`, and SHA-256 takes their values and the length. Strings that somebody without `h`
/// chose collide with probability at most 257/2^128. Its digest goes into an HMAC before anybody
/// sees it. Does not depend on how the string is cut into updates.
/// Secret: everything. Constant time. Threads: one.
class PairHash {
 public:
  PairHash(const PairSecret& pair, const SessionId& sid);

  void update(ByteView data);
  /// After it only destruction.
  Sha256Digest finish();

 private:
  static constexpr std::size_t kPieceBytes = 4096;

  void absorb_piece(ByteView piece);

  SecretBytes powers_;  ///< h^1, h^2, ... one for each block of a piece
  SecretBytes buffer_;
  std::size_t buffered_ = 0;
  std::uint64_t length_ = 0;
  Sha256 pieces_;
};

}  // namespace tercet::mpc
