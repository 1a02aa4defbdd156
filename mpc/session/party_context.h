#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "core/async/task.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/random/random.h"
#include "mpc/channel/party_channel.h"
#include "mpc/party.h"
#include "mpc/prf/pair_secret.h"
#include "mpc/session/defences.h"
#include "mpc/share/rss.h"

namespace tercet::mpc {

/// hash("step", sid, key id, version, step): stands for `sid` in every PRF input, barrier, coin,
/// salt, seal and check of one step for one key version (protocol.md 6).
SessionId step_sid(const SessionId& sid,
                   const KeyId& key,
                   KeyVersion version,
                   std::string_view step_name);

/// One step in which a party sends at most once to each peer and receives at most once from each.
struct Round {
  Step step{};
  std::array<std::uint8_t, 32> transcript{};  ///< of all values opened before this round
};

/// One node's view of one session: who it is, what the session is called, its pair secrets, its
/// channel, the hash of everything opened so far and the number of the round. All three parties run
/// the same protocol functions in the same order, so their rounds have the same numbers.
///
/// After any failed receive or check the session is dropped: no further round begins (there is no
/// second toss of a coin, protocol.md 2). The owner of the channel tells the peers.
/// Threads: one executor. `channel` and `random` outlive it and every copy made by `step`.
class Party {
 public:
  Party(PartyIndex self,
        ParticipantSet set,
        const SessionId& sid,
        PairSecrets secrets,
        PartyChannel& channel,
        RandomSource& random);

  /// The same session (channel, rounds, transcript, drop) with PRFs, coins, seals and checks under
  /// another id, made by step_sid(). Use one at a time.
  Party step(const SessionId& id) const;

  PartyIndex self() const { return self_; }

  ParticipantSet set() const { return set_; }

  const SessionId& sid() const { return sid_; }

  const PairSecret& with_next() const { return *secrets_.with_next; }

  const PairSecret& with_previous() const { return *secrets_.with_previous; }

  const PairSecret& with(Side side) const {
    return side == Side::next ? with_next() : with_previous();
  }

  PartyIndex peer(Side side) const { return side == Side::next ? next(self_) : previous(self_); }

  PartyChannel& channel() const { return *channel_; }

  RandomSource& random() const { return *random_; }

  // Correlated randomness without messages (protocol.md 3). One use of each (use, index) per sid.

  /// A shared random value of `size` bytes.
  ByteShares random_shares(PrfUse use, std::uint64_t index, std::size_t size) const;
  void fill_random(PrfUse use,
                   std::uint64_t index,
                   MutableByteView own,
                   MutableByteView next_component) const;

  /// This party's part of an additive sharing of zero, piece by piece: `add` at each offset once.
  class ZeroShare {
   public:
    ZeroShare(PrfStream with_previous, PrfStream with_next)
        : own_(std::move(with_previous)), next_(std::move(with_next)) {}

    /// into ^= the share from byte `offset` on (a multiple of PrfStream::kUnitBytes).
    void add(std::size_t offset, MutableByteView into) const {
      own_.xor_at(offset, into);
      next_.xor_at(offset, into);
    }

   private:
    PrfStream own_;
    PrfStream next_;
  };

  ZeroShare zero_share(PrfUse use, std::uint64_t index) const;
  /// into ^= this party's part of an additive sharing of zero.
  void add_zero_share(PrfUse use, std::uint64_t index, MutableByteView into) const;

  // Rounds.

  /// The next round. Errors: closed (the session was dropped).
  Result<Round> begin_round(Label label);
  std::uint32_t rounds_begun() const;
  /// From now on no message of an earlier round is accepted (protocol.md 2 "Barrier").
  void close_earlier_rounds(const Round& barrier);
  bool accepts(const Round& round) const;

  /// Adds an opened value, after its copies were compared.
  void add_to_transcript(Label label, ByteView opened);
  const std::array<std::uint8_t, 32>& transcript() const;

  /// Ends the session here, for good; returns `error` for the caller to pass on.
  Error drop(Error error);
  bool dropped() const;

 private:
  struct Shared;

  Party(const Party&) = default;

  PartyIndex self_;
  ParticipantSet set_;
  SessionId sid_;
  PairSecrets secrets_;
  PartyChannel* channel_;
  RandomSource* random_;
  std::shared_ptr<Shared> shared_;  ///< with the parties made by step()

 public:
  Party(Party&&) noexcept = default;
};

/// Sends `payload` for the round to one peer, led by the transcript's hash.
template <class Defences = FullDefences>
void send_message(Party& party, const Round& round, Side to, ByteView payload);

/// Waits for the peer's message of the round: exactly `size` bytes, sent at the same transcript.
/// Errors drop the session: those of the channel; peer_malformed (size); protocol_abort (the peer
/// opened other values, or the round lies before a barrier).
template <class Defences = FullDefences>
Task<Result<Bytes>> receive_message(Party& party, Round round, Side from, std::size_t size);

}  // namespace tercet::mpc
