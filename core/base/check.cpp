#include "core/base/check.h"

#include <array>
#include <cstdio>
#include <cstdlib>

#include "core/base/last_words.h"

namespace tercet {

void check_failed(const char* file, int line, const char* expression) noexcept {
  std::array<char, 512> text{};
  std::snprintf(text.data(), text.size(), "%s:%d: check failed: %s\n", file, line, expression);
  say_last_words(text.data());
  std::abort();
}

}  // namespace tercet
