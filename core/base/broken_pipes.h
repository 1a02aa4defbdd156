#pragma once

namespace tercet {

/// From now on a write to a pipe or socket whose reader is gone fails, as every other write that
/// cannot be done, instead of ending the process. First thing in main(), before threads.
void ignore_broken_pipes();

}  // namespace tercet
