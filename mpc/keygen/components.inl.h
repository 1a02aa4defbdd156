#pragma once

#include <utility>

#include "core/ct/ct.h"
#include "mpc/keygen/components.h"

namespace tercet::mpc {

namespace components_detail {

inline constexpr std::size_t kHashBytes = 32;
/// A digest and a hash: what each party sends to each peer.
inline constexpr std::size_t kCommitmentMessageBytes = 2 * kHashBytes;

/// What this node says about its two components.
class Statements {
 public:
  Statements(const Party& step, const KeyName& name, const ByteShares& components);

  Bytes for_next;      ///< digest of `next`, commitment to `own` (which the next peer lacks)
  Bytes for_previous;  ///< digest of `own`, commitment to `next`
  SecretBytes salts;   ///< of own, then of next
};

}  // namespace components_detail

template <class Defences>
Task<Result<CrossCommitment>> cross_commit(Party& party,
                                           KeyName name,
                                           const ByteShares& components) {
  using components_detail::kCommitmentMessageBytes;
  using components_detail::kHashBytes;
  Party step = party.step(step_sid(party.sid(), name.key, name.version, "xcommit"));
  components_detail::Statements mine(step, name, components);
  const Bytes digest_next(mine.for_next.begin(), mine.for_next.begin() + kHashBytes);
  const Bytes digest_own(mine.for_previous.begin(), mine.for_previous.begin() + kHashBytes);

  // hop 1: to each peer the digest of what we share with it and the hash of what it lacks
  TERCET_CO_TRY(const Round round, step.begin_round(Label::commitment));
  send_message<Defences>(step, round, Side::next, mine.for_next);
  send_message<Defences>(step, round, Side::previous, mine.for_previous);
  TERCET_CO_TRY(
      const Bytes from_next,
      co_await receive_message<Defences>(step, round, Side::next, kCommitmentMessageBytes));
  TERCET_CO_TRY(
      const Bytes from_previous,
      co_await receive_message<Defences>(step, round, Side::previous, kCommitmentMessageBytes));

  const ByteView next_view(from_next);
  const ByteView previous_view(from_previous);
  if constexpr (Defences::cross_commitments) {
    bool digests_equal = ct::equal(next_view.first(kHashBytes), digest_next);
    digests_equal &= ct::equal(previous_view.first(kHashBytes), digest_own);
    const bool hashes_equal = ct::equal(next_view.last(kHashBytes), previous_view.last(kHashBytes));
    if (!digests_equal) {
      co_return step.drop(
          Error(Errc::protocol_abort, "cross-commit: the holders of a component differ about it"));
    }
    if (!hashes_equal) {
      co_return step.drop(
          Error(Errc::protocol_abort, "cross-commit: the peers commit to different components"));
    }
  }
  CrossCommitment out;
  std::copy_n(next_view.last(kHashBytes).begin(), kHashBytes, out.missing_hash.begin());
  out.salts = std::move(mine.salts);
  co_return out;
}

}  // namespace tercet::mpc
