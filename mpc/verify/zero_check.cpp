#include "mpc/verify/zero_check.h"

#include <algorithm>

#include "core/base/check.h"
#include "mpc/prf/labels.h"
#include "mpc/share/view.h"
#include "mpc/verify/zero_check.inl.h"

namespace tercet::mpc {

// w is zero iff w_i ^ w_{i+1} = w_{i+2}: P_i knows the left side, P_{i+1} the right. So with the
// next peer we hash own ^ next, with the previous one our next.

ZeroCheck::ZeroCheck(const Party& party)
    : zero_with_next_(party.with_next(), party.sid()),
      zero_with_previous_(party.with_previous(), party.sid()),
      copies_with_next_(party.with_next(), party.sid()),
      copies_with_previous_(party.with_previous(), party.sid()) {}

void ZeroCheck::add_zero(const ByteShares& w) {
  add_zero(view_of(w.own), view_of(w.next));
}

void ZeroCheck::add_zero(ByteView own, ByteView next_component) {
  TERCET_CHECK(own.size() == next_component.size());
  std::array<std::uint8_t, 4096> sum{};
  const WipeGuard guard(sum);
  for (std::size_t at = 0; at < own.size(); at += sum.size()) {
    const std::size_t size = std::min(sum.size(), own.size() - at);
    const MutableByteView part = MutableByteView(sum).first(size);
    std::ranges::copy(own.subspan(at, size), part.begin());
    xor_bytes(part, next_component.subspan(at, size));
    zero_with_next_.update(part);
  }
  zero_with_previous_.update(next_component);
}

void ZeroCheck::add_copies(const ByteShares& x) {
  add_copies(view_of(x.own), view_of(x.next));
}

void ZeroCheck::add_copies(ByteView own, ByteView next_component) {
  copies_with_next_.update(next_component);
  copies_with_previous_.update(own);
}

namespace detail {

std::array<std::uint8_t, 32> pair_digest(const PairSecret& pair,
                                         PartyIndex first,
                                         const SessionId& sid,
                                         const Coin& coin,
                                         ByteView zeros,
                                         ByteView copies) {
  ByteWriter input;
  input.text(kLabelZeroCheck).u8(number(first)).raw(sid.view()).raw(coin.seed());
  input.blob(zeros).blob(copies);
  return hmac_sha256(view_of(pair.digest_key()), input.bytes());
}

}  // namespace detail

template Task<Status> finish_zero_check<FullDefences>(Party& party,
                                                      ZeroCheck check,
                                                      Checked<Coin> coin);

}  // namespace tercet::mpc
