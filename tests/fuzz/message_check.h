#pragma once

#include <span>

#include "core/base/bytes.h"
#include "tests/fuzz/fuzz_target.h"

/// For messages with `encode()` and `decode()`: what decodes is the only encoding of its content.
namespace tercet::fuzz {

template <class M>
void re_encodes(ByteView body) {
  const Result<M> decoded = M::decode(body);
  require(!decoded || decoded->encode() == to_bytes(body), "a message has one encoding");
}

/// The first byte picks the message.
inline void check_by_first_byte(std::span<const Target::Body> checks, ByteView input) {
  if (!input.empty() && input.size() <= 1024UL * 1024) {
    checks[input[0] % checks.size()](input.subspan(1));
  }
}

}  // namespace tercet::fuzz
