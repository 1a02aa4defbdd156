#include "node/store/key_records.h"

#include "node/store/database.h"
#include "node/store/share_sealer.h"

namespace tercet::node {
namespace {

constexpr std::string_view kTable = "keys";

Bytes row_of(const KeyRecord& record) {
  ByteWriter row;
  row.text(record.key.text())
      .text(record.store)
      .text(print_usage(record.usage))
      .text(print_framing(record.framing))
      .u8(record.enabled ? 1 : 0)
      .u64(record.revision)
      .u32(record.version.value())
      .u8(record.epoch ? 1 : 0)
      .u32(record.epoch ? record.epoch->value() : 0)
      .u64(static_cast<std::uint64_t>(record.created_at))
      .blob(record.made_by.view());
  return row.take();
}

Result<KeyRecord> read(const Statement& row, const ShareSealer& sealer) {
  KeyRecord record;
  TERCET_TRY(record.key, KeyId::parse(row.text(0)));
  record.store = row.text(1);
  TERCET_TRY(record.usage, parse_usage(row.text(2)));
  TERCET_TRY(record.framing, parse_framing(row.text(3)));
  record.enabled = row.integer(4) != 0;
  record.revision = static_cast<std::uint64_t>(row.integer(5));
  record.version = KeyVersion(static_cast<std::uint32_t>(row.integer(6)));
  if (!row.is_null(7)) {
    record.epoch = Epoch(static_cast<std::uint32_t>(row.integer(7)));
  }
  record.created_at = row.integer(8);
  const Bytes made_by = row.blob(9);
  if (made_by.size() != CommandId::kBytes) {
    return Error(Errc::storage_corrupt, "read a key record: a column has a wrong length");
  }
  record.made_by = CommandId::copy_of(made_by);
  TERCET_TRY_STATUS(sealer.check_row(kTable, row_of(record), row.blob(10)));
  return record;
}

}  // namespace

Result<KeyRecords> KeyRecords::load(Database& database, const ShareSealer& sealer) {
  KeyRecords records(database, sealer);
  TERCET_TRY_STATUS(records.reload());
  return records;
}

Status KeyRecords::reload() {
  TERCET_TRY(Statement query,
             database_->prepare("SELECT key, store, usage, framing, enabled, revision, version, "
                                "epoch, created_at, made_by, code FROM keys"));
  std::map<KeyId, KeyRecord> records;
  for (;;) {
    TERCET_TRY(const bool more, query.next());
    if (!more) {
      break;
    }
    Result<KeyRecord> record = read(query, *sealer_);
    if (!record) {
      return Error(Errc::storage_corrupt, "read the key records").caused_by(record.error());
    }
    if (const KeyRecord* known = find(record->key); known != nullptr) {
      record->damaged = known->damaged;
    }
    const KeyId key = record->key;
    records.emplace(key, std::move(record).value());
  }
  records_ = std::move(records);
  return ok_status();
}

const KeyRecord* KeyRecords::find(const KeyId& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : &found->second;
}

std::vector<KeyRecord> KeyRecords::all() const {
  std::vector<KeyRecord> out;
  out.reserve(records_.size());
  for (const auto& [key, record] : records_) {
    out.push_back(record);
  }
  return out;
}

Status KeyRecords::write(const char* sql, const KeyRecord& record) {
  TERCET_TRY(Statement write, database_->prepare(sql));
  write.with(std::string_view(record.store))
      .with(std::string_view(print_usage(record.usage)))
      .with(print_framing(record.framing))
      .with(std::int64_t{record.enabled ? 1 : 0})
      .with(static_cast<std::int64_t>(record.revision))
      .with(record.version.value());
  if (record.epoch) {
    write.with(record.epoch->value());
  } else {
    write.with_null();
  }
  write.with(record.created_at)
      .with(record.made_by.view())
      .with(ByteView(sealer_->row_code(kTable, row_of(record))))
      .with(std::string_view(record.key.text()));
  TERCET_TRY_STATUS(write.run());
  records_.insert_or_assign(record.key, record);
  return ok_status();
}

Status KeyRecords::insert(const KeyRecord& record) {
  return write(
      "INSERT INTO keys (store, usage, framing, enabled, revision, version, epoch, created_at, "
      "made_by, code, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      record);
}

Status KeyRecords::update(const KeyRecord& record) {
  if (find(record.key) == nullptr) {
    return Error(Errc::not_found, "change a key's record: there is no such key");
  }
  return write(
      "UPDATE keys SET store = ?, usage = ?, framing = ?, enabled = ?, revision = ?, version = ?, "
      "epoch = ?, created_at = ?, made_by = ?, code = ? WHERE key = ?",
      record);
}

void KeyRecords::mark_damaged(const KeyId& key) {
  if (const auto found = records_.find(key); found != records_.end()) {
    found->second.damaged = true;
  }
}

}  // namespace tercet::node
