#pragma once

namespace tercet {

/// From now on a write to a pipe or socket whose reader is gone, or to a file beyond the largest
/// size allowed (`ulimit -f`), fails as every other write that cannot be done, instead of ending
/// the process. First thing in main(), before threads.
void ignore_write_signals();

}  // namespace tercet
