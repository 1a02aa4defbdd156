#pragma once

#include <cstddef>

namespace tercet {

/// Raises what this process may have open, sockets above all, from the soft limit (1,024 in most
/// shells and units) to the hard one. Returns what then holds.
std::size_t raise_descriptor_limit();

}  // namespace tercet
