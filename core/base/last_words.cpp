#include "core/base/last_words.h"

#include <poll.h>
#include <unistd.h>

namespace tercet {

void say_last_words(std::string_view text) noexcept {
  pollfd out{STDERR_FILENO, POLLOUT, 0};
  if (poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) != 0) {
    static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));  // nobody else to tell
  }
}

}  // namespace tercet
