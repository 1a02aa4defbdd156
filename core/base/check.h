#pragma once

namespace tercet {

/// Prints the place and the expression (never a value) and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* expression) noexcept;

}  // namespace tercet

/// For our own bugs only (impossible states, sizes between our functions); stays on in release
/// builds. Never for bytes from a peer, client, file or clock: those are errors, see result.h.
#define TERCET_CHECK(condition)                               \
  do {                                                        \
    if (!(condition)) [[unlikely]] {                          \
      ::tercet::check_failed(__FILE__, __LINE__, #condition); \
    }                                                         \
  } while (false)
