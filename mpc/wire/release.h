#pragma once

#include <array>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "mpc/session/defences.h"
#include "mpc/wire/proxy_messages.h"

/// The proxy's half of a release: opens the seals, compares what the nodes sent, and only then says
/// what came out (protocol.md 8). In each array element k is P(k+1)'s message.
namespace tercet::mpc::wire {

template <class Message>
using FromNodes = std::array<Message, 3>;

/// Opens a Decrypt: unmasks each pair's two messages and compares the three whole results.
/// Constant time in the plaintext.
/// Errors: bad_ciphertext (none is led by a zero block: the tag is wrong); session_mismatch (the
/// sids differ); peer_malformed (a length is wrong); protocol_abort (a seal does not open, results
/// differ): no majority, nobody named.
template <class Defences = FullDefences>
Result<Bytes> open_keystream(const FromNodes<KeystreamReleased>& released, ByteView ciphertext);

/// Opens an Encrypt's tag: every component twice, compared, then XORed. Errors: session_mismatch,
/// peer_malformed, protocol_abort.
template <class Defences = FullDefences>
Result<std::array<std::uint8_t, 16>> open_tag(const FromNodes<TagReleased>& released);

/// The keystream of fresh slots, built twice from different messages: encrypt with the first copy,
/// check with the second after the tag came back.
class CombinedSlots {
 public:
  CombinedSlots() = default;
  SessionId sid;
  KeyVersion version;
  AadFraming framing = AadFraming::framed;
  std::vector<std::array<std::uint8_t, 12>> ivs;
  Bytes keystream;         ///< count * blocks * 16, slot by slot
  Bytes keystream_second;  ///< the same from the other holder of each component
};

/// Errors: session_mismatch, peer_malformed, protocol_abort (answers or components differ).
Result<CombinedSlots> combine_slots(const FromNodes<SlotsMade>& made,
                                    std::size_t count,
                                    std::size_t blocks);

extern template Result<Bytes> open_keystream<FullDefences>(const FromNodes<KeystreamReleased>&,
                                                           ByteView);
extern template Result<std::array<std::uint8_t, 16>> open_tag<FullDefences>(
    const FromNodes<TagReleased>&);

}  // namespace tercet::mpc::wire
