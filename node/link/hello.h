#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/signature.h"
#include "core/secret/secret_bytes.h"
#include "node/link/peer_frames.h"

/// The frames of link set-up (protocol.md 2). Their layout is the same in all versions of the peer
/// protocol, so that releases which have none in common can say so.
namespace tercet::node {

/// One generation of the sender, as HELLO offers it for a pair secret.
struct OfferedGeneration {
  OfferedGeneration() = default;
  GenerationId generation;
  SessionId refresh;  ///< that made the shares it serves; zeros before the first refresh
  std::uint64_t session_count = 0;
  GenerationId known;            ///< the receiver's generation that it last met; zeros: none
  Challenge echo{};              ///< that generation's last challenge, zeros if none was seen
  Challenge challenge{};         ///< a new one
  SecretBytes contribution;      ///< 32 fresh random bytes
  std::optional<PairName> held;  ///< the secret that it has with `known`
};

inline constexpr std::size_t kContributionBytes = 32;
/// Two while a refresh is open, the old one first.
inline constexpr std::size_t kOfferedGenerationsMax = 2;

struct Hello {
  Hello() = default;
  std::uint16_t lowest_version = kPeerVersionLowest;
  std::uint16_t highest_version = kPeerVersionHighest;
  ClusterId cluster;
  MembershipNumber membership{1};
  std::uint8_t sender = 0;
  std::vector<OfferedGeneration> generations;  ///< one or two, of different refreshes

  /// Has the contributions in it: to be wiped when it was sent.
  Bytes encode() const;
  /// Errors: unsupported (no version in common, said before anything else is read);
  /// peer_malformed.
  static Result<Hello> decode(ByteView from);

  /// The highest version that both sides speak.
  std::uint16_t common_version() const;
  /// The offer that serves the same refresh: old meets old, and new meets new, only. Null: none.
  const OfferedGeneration* offer_of(const SessionId& refresh) const;
};

/// Proves who sent the HELLO, and that both hold the same secrets.
struct Confirm {
  Confirm() = default;
  /// Over both HELLOs, under each secret of this link: one for each refresh that both offer.
  std::vector<std::array<std::uint8_t, 32>> macs;
  /// The generation that the receiver offered is over, as the sender saw: the receiver begins a new
  /// one.
  bool receiver_over = false;
  /// By the node's signing key, over both HELLOs, both names, the link's channel binding, and
  /// `receiver_over`.
  Signature signature{};
  Bytes encode() const;
  static Result<Confirm> decode(ByteView from);
};

/// First frame of a bulk link in both directions: no session frame before it matches.
struct BulkHello {
  BulkHello() = default;
  GenerationId generation;
  PairName name;
  /// Over sender, generation and the link's channel binding, under the secret that is named: nobody
  /// in the middle of the bulk link can say it.
  std::array<std::uint8_t, 32> mac{};
  Bytes encode() const;
  static Result<BulkHello> decode(ByteView from);
};

}  // namespace tercet::node
