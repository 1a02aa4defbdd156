#include "core/ct/ct.h"

#if defined(TERCET_CT)
#include <valgrind/memcheck.h>
#endif

namespace tercet::ct {
namespace {

/// Both verdicts below become public here: the caller branches on them, as it must.
bool declassify(std::uint8_t mask) {
  mark_public({&mask, 1});
  return mask != 0;
}

}  // namespace

void select(std::uint8_t mask, MutableByteView out, ByteView yes, ByteView no) {
  TERCET_CHECK(out.size() == yes.size() && out.size() == no.size());
  const std::uint8_t barred = value_barrier(mask);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(no[i] ^ (barred & (yes[i] ^ no[i])));
  }
}

std::uint8_t equal_mask(ByteView a, ByteView b) {
  TERCET_CHECK(a.size() == b.size());
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  }
  return mask_if_zero(value_barrier(difference));
}

bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && declassify(equal_mask(a, b));
}

bool is_zero(ByteView bytes) {
  std::uint8_t seen = 0;
  for (const std::uint8_t byte : bytes) {
    seen = static_cast<std::uint8_t>(seen | byte);
  }
  return declassify(mask_if_zero(value_barrier(seen)));
}

void mark_secret([[maybe_unused]] ByteView bytes) {
#if defined(TERCET_CT)
  static_cast<void>(VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size()));
#endif
}

void mark_public([[maybe_unused]] ByteView bytes) {
#if defined(TERCET_CT)
  static_cast<void>(VALGRIND_MAKE_MEM_DEFINED(bytes.data(), bytes.size()));
#endif
}

}  // namespace tercet::ct
