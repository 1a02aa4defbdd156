#pragma once

namespace tercet {

/// Initialises libsodium once per process; ends the process if that fails (no entropy). Every
/// wrapper of the library calls it before its first use. Any thread.
void sodium_ready() noexcept;

}  // namespace tercet
