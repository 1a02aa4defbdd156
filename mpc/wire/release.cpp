#include "mpc/wire/release.h"

#include <utility>

#include "mpc/wire/release.inl.h"

// The results lead with a zero block and go on with the keystream, so they are as secret as the
// plaintext. All comparisons run over whole results, without early exit, before any verdict is
// looked at; only the verdicts (public) are branched on.

namespace tercet::mpc::wire {

namespace release_detail {
namespace {

bool led_by_zero(const Bytes& result) {
  return ct::is_zero(ByteView(result).first(kBlock));
}

Bytes plaintext(const Bytes& result, ByteView ciphertext) {
  Bytes out = to_bytes(ByteView(result).subspan(kBlock));
  xor_onto(out, ciphertext);
  return out;
}

Error differing() {
  return Error(Errc::protocol_abort, "open a release: the three results differ");
}

Error wrong_tag() {
  return Error(Errc::bad_ciphertext, "open a release: the tag is wrong");
}

}  // namespace

void xor_onto(Bytes& into, ByteView from) {
  TERCET_CHECK(into.size() == from.size());
  for (std::size_t i = 0; i < into.size(); ++i) {
    into[i] = static_cast<std::uint8_t>(into[i] ^ from[i]);
  }
}

Status check_same_session(const SessionId& a, const SessionId& b, const SessionId& c) {
  if (a != b || b != c) {
    return Error(Errc::session_mismatch, "open a release: the nodes were in different sessions");
  }
  return ok_status();
}

Result<Bytes> judge_all(const std::array<Bytes, 3>& results, ByteView ciphertext) {
  const bool equal_12 = ct::equal(results[0], results[1]);
  const bool equal_23 = ct::equal(results[1], results[2]);
  const bool zero_1 = led_by_zero(results[0]);
  const bool zero_2 = led_by_zero(results[1]);
  const bool zero_3 = led_by_zero(results[2]);
  if (equal_12 && equal_23 && zero_1) {
    return plaintext(results[0], ciphertext);
  }
  if (!zero_1 && !zero_2 && !zero_3) {
    return wrong_tag();
  }
  return differing();
}

Result<Bytes> judge_majority(const std::array<Bytes, 3>& results, ByteView ciphertext) {
  for (std::size_t k = 0; k < 3; ++k) {
    if (led_by_zero(results[k]) && ct::equal(results[k], results[after(k)])) {
      return plaintext(results[k], ciphertext);
    }
  }
  return wrong_tag();
}

}  // namespace release_detail

Result<CombinedSlots> combine_slots(const FromNodes<SlotsMade>& made,
                                    std::size_t count,
                                    std::size_t blocks) {
  constexpr std::size_t kIv = 12;
  const std::size_t bytes = count * blocks * release_detail::kBlock;
  TERCET_TRY_STATUS(release_detail::check_same_session(made[0].sid, made[1].sid, made[2].sid));
  for (const SlotsMade& node : made) {
    if (node.ivs.size() != count * kIv || node.keystream_own.size() != bytes ||
        node.keystream_next.size() != bytes) {
      return Error(Errc::peer_malformed, "combine slots: an answer has a wrong length");
    }
    if (node.version != made[0].version || node.framing != made[0].framing ||
        node.ivs != made[0].ivs) {
      return Error(Errc::protocol_abort, "combine slots: the nodes' answers differ");
    }
  }
  CombinedSlots out;
  out.keystream.assign(bytes, 0);
  out.keystream_second.assign(bytes, 0);
  bool equal = true;
  for (std::size_t j = 0; j < 3; ++j) {
    const Bytes& copy = made[j].keystream_own;
    const Bytes& other_copy = made[release_detail::before(j)].keystream_next;
    equal &= ct::equal(copy, other_copy);
    release_detail::xor_onto(out.keystream, copy);
    release_detail::xor_onto(out.keystream_second, other_copy);
  }
  if (!equal) {
    return Error(Errc::protocol_abort, "combine slots: the copies of a component differ");
  }
  out.sid = made[0].sid;
  out.version = made[0].version;
  out.framing = made[0].framing;
  out.ivs.resize(count);
  for (std::size_t s = 0; s < count; ++s) {
    std::copy_n(
        made[0].ivs.begin() + static_cast<std::ptrdiff_t>(s * kIv), kIv, out.ivs[s].begin());
  }
  return out;
}

template Result<Bytes> open_keystream<FullDefences>(const FromNodes<KeystreamReleased>&, ByteView);
template Result<std::array<std::uint8_t, 16>> open_tag<FullDefences>(const FromNodes<TagReleased>&);

}  // namespace tercet::mpc::wire
