#pragma once

#include <cstdint>
#include <memory>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/secret/secret_bytes.h"
#include "mpc/prf/labels.h"

namespace tercet::mpc {

/// Public name of a pair secret: what a sid names it by (protocol.md 2).
using PairSecretName = ByteId<struct PairSecretNameTag, 32>;

/// One PRF stream, to be read piece by piece. Holds its key, wiped when freed.
class PrfStream {
 public:
  static constexpr std::size_t kUnitBytes = 64;

  explicit PrfStream(SecretBytes key) : key_(std::move(key)) {}

  /// into ^= the stream from byte `offset` on, a multiple of kUnitBytes (checked).
  void xor_at(std::size_t offset, MutableByteView into) const;

 private:
  SecretBytes key_;
};

/// What two nodes share for one pair of generations. Immutable; usable from any thread.
/// Secret: everything but the name. In RAM only.
class PairSecret {
 public:
  static constexpr std::size_t kSharedBytes = 32;
  /// Derives all keys, by label, from the 32 bytes both nodes made at link set-up (checked).
  explicit PairSecret(const SecretBytes& shared);

  const PairSecretName& name() const { return name_; }

  /// PRF(k_j, use, sid, index): fills `out` with as many bytes as asked. A longer stream begins
  /// with the shorter one, so each (use, sid, index) is used for one length only.
  void fill(PrfUse use, const SessionId& sid, std::uint64_t index, MutableByteView out) const;

  /// The same stream, to be read in pieces.
  PrfStream stream(PrfUse use, const SessionId& sid, std::uint64_t index) const;
  /// into ^= what fill() would give.
  void xor_stream(PrfUse use,
                  const SessionId& sid,
                  std::uint64_t index,
                  MutableByteView into) const;

  /// q: for gated release (protocol.md 8). 32 bytes.
  const SecretBytes& gate_key() const { return gate_key_; }

  /// For consent seals (protocol.md 2). 32 bytes.
  const SecretBytes& seal_key() const { return seal_key_; }

  /// For copy checks and pair digests (protocol.md 5, 6). 32 bytes.
  const SecretBytes& digest_key() const { return digest_key_; }

  /// A key for one use in one session, of the holders of the digest key: 16 bytes.
  SecretBytes session_digest_key(std::string_view label, const SessionId& sid) const;

 private:
  SecretBytes component_key_;
  SecretBytes gate_key_;
  SecretBytes seal_key_;
  SecretBytes digest_key_;
  PairSecretName name_;
};

/// A party's two: the holders of component `next` are this party and the next peer, those of `own`
/// this party and the previous peer.
struct PairSecrets {
  PairSecrets() = default;

  PairSecrets(std::shared_ptr<const PairSecret> next_peer,
              std::shared_ptr<const PairSecret> previous_peer)
      : with_next(std::move(next_peer)), with_previous(std::move(previous_peer)) {}

  std::shared_ptr<const PairSecret> with_next;
  std::shared_ptr<const PairSecret> with_previous;
};

}  // namespace tercet::mpc
