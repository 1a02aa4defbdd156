#include "core/time/pace.h"

#include <algorithm>

namespace tercet {

void Pace::note(Milliseconds took) {
  took_[noted_ % kRemembered] = took;
  ++noted_;
}

Milliseconds Pace::fastest() const {
  const std::size_t known = std::min(noted_, kRemembered);
  if (known == 0) {
    return Milliseconds(0);
  }
  return *std::min_element(took_.begin(), took_.begin() + static_cast<std::ptrdiff_t>(known));
}

}  // namespace tercet
