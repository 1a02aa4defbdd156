#pragma once

#include "core/async/task.h"
#include "core/base/result.h"
#include "mpc/session/party_context.h"
#include "mpc/share/rss.h"
#include "mpc/verify/coin.h"
#include "mpc/verify/pair_hash.h"

namespace tercet::mpc {

class ZeroCheck;

/// Exchanges and compares the digests, keyed for each pair and bound to sid and coin. Hops: 1.
/// Errors: protocol_abort (drops the session).
template <class Defences = FullDefences>
Task<Status> finish_zero_check(Party& party, ZeroCheck check, Checked<Coin> coin);

/// Collects shares that must be sharings of zero, and shares whose common components must be equal
/// at both holders, and compares digests of them between every two nodes.
/// Source: protocol.md 5 "Zero check", "Copy check". Every use of section 5 ends with it.
/// All three parties add the same things in the same order.
class ZeroCheck {
 public:
  /// Of one session (or step): takes the pairs' keys and the sid from the party.
  explicit ZeroCheck(const Party& party);

  /// `w` must be zero in every byte.
  void add_zero(const ByteShares& w);
  void add_zero(ByteView own, ByteView next_component);
  /// Both holders' copies of every component must be equal.
  void add_copies(const ByteShares& x);
  void add_copies(ByteView own, ByteView next_component);

 private:
  template <class Defences>
  friend Task<Status> finish_zero_check(Party& party, ZeroCheck check, Checked<Coin> coin);

  PairHash zero_with_next_;      ///< of own ^ next: the next peer hashes its next component
  PairHash zero_with_previous_;  ///< of next: the previous peer hashes own ^ next
  PairHash copies_with_next_;    ///< of the components `next`
  PairHash copies_with_previous_;
};

extern template Task<Status> finish_zero_check<FullDefences>(Party& party,
                                                             ZeroCheck check,
                                                             Checked<Coin> coin);

}  // namespace tercet::mpc
