#pragma once

#include <string_view>

namespace tercet {

/// What a process says on standard error just before it ends itself. Never waits: if nobody takes
/// it at once it is lost, but the process ends.
void say_last_words(std::string_view text) noexcept;

}  // namespace tercet
