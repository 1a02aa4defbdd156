#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/store/database.h"

namespace tercet::node {

class ShareSealer;

/// SP 800-38D 8.2.2 and protocol.md 10: at most 2^32 random IVs under one key version.
inline constexpr std::uint64_t kIvsPerVersionMax = std::uint64_t{1} << 32;
/// Taken from the limit at once, so that not every slot session waits for the disk.
inline constexpr std::uint64_t kIvStep = std::uint64_t{1} << 16;

/// Counts the IVs of each key version, aborted sessions included. The count on disk is taken ahead
/// in steps: after a crash it is too high, never too low. Threads: one, that of NodeStore.
class IvCounts final : public Mirror {
 public:
  static Result<IvCounts> load(Database& database, const ShareSealer& sealer);

  /// Before a slot session's first message. Writes (and flushes) only when the step is used up.
  /// Errors: exhausted (the version's limit; make a new version), storage_error.
  Status take(const KeyId& key, KeyVersion version, std::uint64_t count);
  /// Off the request path: takes the next step ahead where less than half of one is left.
  Status top_up();
  /// Upper bound of the IVs used so far.
  std::uint64_t used(const KeyId& key, KeyVersion version) const;

  /// What was used stays used.
  Status read_anew() override;

 private:
  struct Count {
    std::uint64_t used = 0;     ///< in memory
    std::uint64_t durable = 0;  ///< on disk, >= used
  };

  using Name = std::pair<KeyId, KeyVersion>;

  IvCounts(Database& database, const ShareSealer& sealer)
      : database_(&database), sealer_(&sealer) {}

  Status store(const Name& name, Count& count, std::uint64_t durable);

  Database* database_;
  const ShareSealer* sealer_;
  std::map<Name, Count> counts_;
};

}  // namespace tercet::node
