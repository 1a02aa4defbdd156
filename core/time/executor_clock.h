#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>

#include "core/time/clock.h"

namespace tercet {

namespace asio = boost::asio;

/// The clock by which everything on this executor's context runs: the machine's, unless a
/// simulation set its own. A search through the context's few services: objects keep the reference.
/// Threads: any. The reference is good as long as the context, for a clock that was set as long as
/// that lives.
const Clock& clock_of(const asio::any_io_executor& executor);

/// Gives a context another clock, which outlives it. Before anything asks for it: who asked keeps
/// what was answered.
void set_clock(asio::execution_context& context, const Clock& clock);

}  // namespace tercet
