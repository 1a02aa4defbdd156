#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/party.h"
#include "mpc/prf/pair_secret.h"
#include "mpc/wire/proxy_messages.h"

/// Consent seals (protocol.md 2): node `u` sends a message so that it opens only if node `v` works
/// on the same sid. Pure functions; who sends what is said where they are used.
namespace tercet::mpc {

using wire::ConsentKey;
using wire::SealedMessage;

/// Who the sealed message is for.
enum class SealReceiver : std::uint8_t { p1 = 1, p2 = 2, p3 = 3, proxy = 4 };

constexpr SealReceiver seal_receiver(PartyIndex party) {
  return static_cast<SealReceiver>(number(party));
}

/// k = PRF(seal key of sender and consenter, label, sender, receiver, sid, number). `label` is one
/// of kSeal*; `number` tells apart several messages of one sender to one receiver under one label
/// (component or pair number; 0 otherwise). Sender and consenter compute the same.
ConsentKey consent_key(const PairSecret& pair,
                       std::string_view label,
                       PartyIndex sender,
                       SealReceiver receiver,
                       const SessionId& sid,
                       std::uint8_t number);

/// m ^ stream(k), hash(label, k). Only k is hashed, never m.
SealedMessage seal_message(const ConsentKey& key, std::string_view label, ByteView message);

/// Checks the hash, then unmasks. Errors: seal_broken (the consenter is in another session, or one
/// of the two lies).
Result<Bytes> open_sealed(const ConsentKey& key,
                          std::string_view label,
                          const SealedMessage& sealed);

}  // namespace tercet::mpc
