#pragma once

#include <cstdint>
#include <string>

#include "bench/emulator/forwarder.h"
#include "bench/emulator/sites.h"
#include "core/base/result.h"

/// What tercet-wan tells the program that started it, and people.
namespace tercet::wan {

/// JSON: addresses, namespaces and the links' settings.
std::string describe(const Sites& sites, const Matrix& matrix, std::uint64_t seed);

/// JSON: {"error", "hint"}.
std::string describe(const Error& error);

/// Writes the file whole, by rename. Errors: io_error.
Status write_whole(const std::string& path, const std::string& text);

/// "carried 1000 packets (1.5 MB), lost 3, CPU 4.1 us per packet"
std::string in_words(const Forwarder::Counters& counters, Nanoseconds cpu);

/// CPU time this process has used.
Nanoseconds cpu_used();

}  // namespace tercet::wan
