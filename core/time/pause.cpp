#include "core/time/pause.h"

#include <thread>

namespace tercet {

void pause_thread(Milliseconds duration) {
  std::this_thread::sleep_for(duration);
}

}  // namespace tercet
