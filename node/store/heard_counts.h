#pragma once

#include <array>
#include <optional>

#include "core/base/result.h"
#include "core/time/clock.h"
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

  /// A write waits for the disk, and a peer says what it likes as often as it likes: so many of its
  /// words are written, the others are in memory. Honest peers say no more in that time,
  /// and at rest they say the same every minute.
  static constexpr Milliseconds kWriteAgain = kGrowthToldEvery;

  const HeldCounts& of(mpc::PartyIndex peer) const { return at(peer).most; }

  /// Takes it up where something has grown. Writes the most that was heard if that is not on disk
  /// and nothing of the peer was written within `kWriteAgain`. Errors: storage_error.
  Status hear(mpc::PartyIndex peer, const HeldCounts& counts, SteadyTime now);

  Status read_anew() override;

 private:
  HeardCounts(Database& database, const ShareSealer& sealer)
      : database_(&database), sealer_(&sealer) {}

  class Heard {
   public:
    Heard() = default;
    HeldCounts most;
    HeldCounts on_disk;
    std::optional<SteadyTime> written_at;
  };

  Heard& at(mpc::PartyIndex peer) { return heard_.at(mpc::number(peer) - 1U); }

  const Heard& at(mpc::PartyIndex peer) const { return heard_.at(mpc::number(peer) - 1U); }

  Status write(mpc::PartyIndex peer, Heard& heard);

  Database* database_;
  const ShareSealer* sealer_;
  std::array<Heard, 3> heard_;
};

}  // namespace tercet::node
