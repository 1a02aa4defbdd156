#pragma once

#include <array>

#include "core/base/result.h"
#include "mpc/party.h"
#include "node/model/held_counts.h"
#include "node/store/database.h"

namespace tercet::node {

class ShareSealer;

/// The most that each peer ever said it holds, as far as it was believed: rows of the table `node`.
/// Threads: one, that of NodeStore.
class HeardCounts final : public Mirror {
 public:
  /// Errors: storage_error, storage_corrupt.
  static Result<HeardCounts> load(Database& database, const ShareSealer& sealer);

  const HeldCounts& of(mpc::PartyIndex peer) const { return counts_[mpc::number(peer) - 1U]; }

  /// Durable when it returns; writes where something has grown only. Errors: storage_error.
  Status hear(mpc::PartyIndex peer, const HeldCounts& counts);

  Status read_anew() override;

 private:
  HeardCounts(Database& database, const ShareSealer& sealer)
      : database_(&database), sealer_(&sealer) {}

  Database* database_;
  const ShareSealer* sealer_;
  std::array<HeldCounts, 3> counts_;
};

}  // namespace tercet::node
