#include "node/store/decision_store.h"

#include <algorithm>
#include <string>

#include "node/store/database.h"
#include "node/store/share_sealer.h"

namespace tercet::node {
namespace {

constexpr std::string_view kTable = "decisions";
constexpr std::string_view kColumns = "SELECT session, record, code FROM decisions ";

bool is_open(const DecisionRecord& record) {
  return record.outcome == Outcome::open || (record.name.kind == DecisionKind::refresh &&
                                             record.outcome == Outcome::yes && !record.finished);
}

}  // namespace

Status DecisionStore::put(const DecisionRecord& record) {
  const Bytes encoded = record.encode();
  TERCET_TRY(Statement write,
             database_->prepare("INSERT OR REPLACE INTO decisions (session, open, record, code) "
                                "VALUES (?, ?, ?, ?)"));
  return write.with(record.name.sid.view())
      .with(std::int64_t{is_open(record) ? 1 : 0})
      .with(ByteView(encoded))
      .with(ByteView(sealer_->row_code(kTable, encoded)))
      .run();
}

Result<DecisionRecord> DecisionStore::read(const Statement& row) const {
  const Bytes encoded = row.blob(1);
  TERCET_TRY_STATUS(sealer_->check_row(kTable, encoded, row.blob(2)));
  Result<DecisionRecord> record = DecisionRecord::decode(encoded);
  if (!record || !std::ranges::equal(record->name.sid.view(), row.blob(0))) {
    return Error(Errc::storage_corrupt, "read a decision: its row is damaged");
  }
  return record;
}

Result<std::optional<DecisionRecord>> DecisionStore::find(const SessionId& sid) const {
  TERCET_TRY(Statement query, database_->prepare(std::string(kColumns) + "WHERE session = ?"));
  query.with(sid.view());
  std::optional<DecisionRecord> out;
  TERCET_TRY(const bool found, query.next());
  if (found) {
    TERCET_TRY(DecisionRecord record, read(query));
    out = std::move(record);
  }
  return out;
}

Result<std::vector<DecisionRecord>> DecisionStore::open() const {
  TERCET_TRY(Statement query, database_->prepare(std::string(kColumns) + "WHERE open = 1"));
  std::vector<DecisionRecord> out;
  for (;;) {
    TERCET_TRY(const bool more, query.next());
    if (!more) {
      return out;
    }
    TERCET_TRY(DecisionRecord record, read(query));
    out.push_back(std::move(record));
  }
}

}  // namespace tercet::node
