#pragma once

#include "core/time/clock.h"

namespace tercet {

/// Blocks this thread. For command-line programs that wait for other processes; whatever has an
/// executor uses sleep_for of core/async.
void pause_thread(Milliseconds duration);

}  // namespace tercet
