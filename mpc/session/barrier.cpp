#include "mpc/session/barrier.h"

#include "mpc/session/barrier.inl.h"

namespace tercet::mpc {

template Task<Status> pass_barrier<FullDefences>(Party& party);

}  // namespace tercet::mpc
