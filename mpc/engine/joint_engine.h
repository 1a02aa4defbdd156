#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/async/task.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "mpc/engine/engine.h"
#include "mpc/keygen/derive.h"
#include "mpc/onehot/stock.h"
#include "mpc/session/party_context.h"

namespace tercet::mpc {

/// What three nodes compute together: batches of what a session uses up, a key's derived values,
/// its check, and shares of keystream. Sessions, single use, signatures and releases are outside,
/// and the same for every engine.
///
/// The product has one, replicated one-hot tables. The tests' toy (tests/sim/toy_engine), which
/// shares the key openly, makes simulated lives of keys cheap; a lint test keeps it there.
/// Threads: any; has no state.
class JointEngine {
 public:
  virtual ~JointEngine() = default;

  /// As mpc::make_batch (mpc/onehot/batch.h).
  virtual Task<Result<OneHotBatch>> make_batch(Party& party, std::size_t count) const = 0;
  /// As mpc::derive and mpc::key_check (mpc/keygen/derive.h).
  virtual Task<Result<std::shared_ptr<const KeyMaterial>>> derive(Party& party,
                                                                  KeyName name,
                                                                  ByteShares components,
                                                                  VectorRange vectors) const = 0;
  virtual Task<Result<KeyCheckValue>> key_check(Party& party,
                                                KeyName name,
                                                std::shared_ptr<const KeyMaterial> key,
                                                VectorRange vectors) const = 0;
  /// As mpc::compute_keystream and mpc::make_slots (mpc/engine/engine.h).
  virtual Task<Result<Keystream>> compute_keystream(Party& party,
                                                    std::shared_ptr<const KeyMaterial> key,
                                                    Iv iv,
                                                    std::size_t blocks,
                                                    VectorRange vectors) const = 0;
  virtual Task<Result<std::vector<Slot>>> make_slots(Party& party,
                                                     std::shared_ptr<const KeyMaterial> key,
                                                     KeyVersion version,
                                                     SlotsPlan plan,
                                                     VectorRange vectors) const = 0;
};

/// The product's.
const JointEngine& table_engine();

}  // namespace tercet::mpc
