#pragma once

#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "node/decision/decision_record.h"

namespace tercet::node {

class Database;
class ShareSealer;
class Statement;

inline constexpr const char* kDecisionTables = R"sql(
CREATE TABLE decisions (
  session BLOB PRIMARY KEY,
  open INTEGER NOT NULL,
  record BLOB NOT NULL,
  code BLOB NOT NULL
) STRICT;
CREATE INDEX decisions_open ON decisions (session) WHERE open = 1;
)sql";

/// The decisions in which this node voted, with all their votes. Certificates stay, so that a peer
/// that asks late gets the finished answer. Threads: one, that of NodeStore. Every Status that is
/// ok is durable.
class DecisionStore {
 public:
  DecisionStore(Database& database, const ShareSealer& sealer)
      : database_(&database), sealer_(&sealer) {}

  /// Inserts it, or replaces the one of the same sid.
  Status put(const DecisionRecord& record);
  Result<std::optional<DecisionRecord>> find(const SessionId& sid) const;
  /// Without an outcome, and a refresh that is not finished.
  Result<std::vector<DecisionRecord>> open() const;

 private:
  Result<DecisionRecord> read(const Statement& row) const;

  Database* database_;
  const ShareSealer* sealer_;
};

}  // namespace tercet::node
