#pragma once

#include "bench/load/options.h"
#include "bench/load/report.h"
#include "core/base/result.h"

namespace tercet::bench {

/// One whole run: keys, connections, warm-up, the measurement, the report. Runs an io_context of
/// its own in this thread. Errors: those of the configuration, of making keys, and of the first
/// requests; errors of measured requests are in the report.
Result<Report> measure(const LoadOptions& options);

}  // namespace tercet::bench
