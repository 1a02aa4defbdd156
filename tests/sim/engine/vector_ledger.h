#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "mpc/onehot/stock.h"
#include "mpc/party.h"

namespace tercet::sim {

/// Which of the toy engine's vectors were used, by whom and in which session (invariants I2, I3).
/// A toy vector carries its batch and its number in its bits.
class VectorLedger {
 public:
  VectorLedger() = default;

  /// Writes batch and numbers into a batch's bits (32 bytes a vector).
  static void mark(const BatchId& batch, MutableByteView bits);

  /// Notes that `party` uses these vectors in the session.
  void use(mpc::PartyIndex party, const SessionId& session, mpc::VectorRange vectors);

  /// What went wrong since the last call: vectors used twice, or different ones in one session.
  std::vector<std::string> take_violations() { return std::exchange(violations_, {}); }

 private:
  /// First and last of a row of vectors of one batch.
  class Row {
   public:
    std::uint64_t batch = 0;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    bool operator==(const Row&) const = default;
  };

  static Row row_of(ByteView bits);

  std::map<std::pair<mpc::PartyIndex, std::uint64_t>, std::map<std::uint32_t, std::uint32_t>> used_;
  std::map<SessionId, Row> sessions_;
  std::vector<std::string> violations_;
};

}  // namespace tercet::sim
