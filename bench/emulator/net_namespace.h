#pragma once

#include <string>

#include "bench/emulator/descriptor.h"
#include "core/base/result.h"

namespace tercet::wan {

/// A network namespace, held by a descriptor only: it has no name in any folder, and goes when its
/// holder and the processes in it are gone, however they end.
class NetNamespace {
 public:
  /// The one the calling thread is in.
  static Result<NetNamespace> current();
  /// A new one with its loopback up. The calling thread stays where it was.
  /// Errors: denied (hint: what to run it as), io_error.
  static Result<NetNamespace> make();

  /// Moves the calling thread into it.
  Status enter() const;

  /// Where other processes of this user find it, while this process holds it.
  std::string path() const;

 private:
  explicit NetNamespace(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  Descriptor descriptor_;
};

/// Runs `action` in `space` and comes back.
template <class Action>
auto in_namespace(const NetNamespace& space, Action action) -> decltype(action()) {
  TERCET_TRY(const NetNamespace before, NetNamespace::current());
  TERCET_TRY_STATUS(space.enter());
  auto result = action();
  TERCET_TRY_STATUS(before.enter());
  return result;
}

}  // namespace tercet::wan
