#pragma once

#include "core/log/log.h"
#include "tests/sim/world/process.h"
#include "tests/sim/world/trace.h"

namespace tercet::sim {

/// A logger whose lines stand in the printed trace, without their real time. Nothing is logged, and
/// nothing costs, where no trace is printed.
Logger trace_logger(Trace& trace, const Process& process);

}  // namespace tercet::sim
