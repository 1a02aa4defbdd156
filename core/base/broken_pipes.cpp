#include "core/base/broken_pipes.h"

#include <csignal>

namespace tercet {

void ignore_broken_pipes() {
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace tercet
