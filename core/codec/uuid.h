#pragma once

#include <string>
#include <string_view>

#include "core/random/random.h"

namespace tercet {

/// A random UUID (version 4, RFC 9562), in lower case.
std::string make_uuid(RandomSource& random);

/// 8-4-4-4-12 hexadecimal digits of either case, any version.
bool is_uuid(std::string_view text);

}  // namespace tercet
