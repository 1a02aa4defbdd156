#pragma once

namespace tercet {

/// From now on a write to a pipe or socket whose reader is gone, or to a file beyond the largest
/// size allowed (`ulimit -f`), fails as every other write that cannot be done, instead of ending
/// the process. First thing in main(), before threads.
void ignore_write_signals();

/// What a process is given at its start. For a child before it becomes another program: what this
/// process ignores is not that program's choice.
void restore_write_signals();

}  // namespace tercet
