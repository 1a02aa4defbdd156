#include "node/store/share_store.h"

#include <algorithm>

#include "core/secret/secret_bytes.h"
#include "node/store/database.h"
#include "node/store/share_sealer.h"
#include "node/store/transaction.h"

namespace tercet::node {
namespace {

constexpr std::uint8_t kRecordFormat = 1;
constexpr std::string_view kTable = "epochs";
constexpr std::string_view kColumns =
    "SELECT key, version, epoch, state, session, missing_commitment, check_value, "
    "derived IS NOT NULL, code FROM epochs ";

void encode_name(ByteWriter& into, const KeyEpoch& name) {
  into.text(name.key.text()).u32(name.version.value()).u32(name.epoch.value());
}

Bytes row_of(const EpochRecord& record) {
  ByteWriter row;
  encode_name(row, record.name);
  row.u8(static_cast<std::uint8_t>(record.state)).blob(record.session.view());
  row.blob(record.missing_commitment ? ByteView(*record.missing_commitment) : ByteView());
  row.blob(record.check_value ? ByteView(*record.check_value) : ByteView());
  row.u8(record.has_derived ? 1 : 0);
  return row.take();
}

Statement& bind_name(Statement& statement, const KeyEpoch& name) {
  return statement.with(std::string_view(name.key.text()))
      .with(name.version.value())
      .with(name.epoch.value());
}

template <std::size_t N>
Result<std::optional<std::array<std::uint8_t, N>>> optional_array(const Statement& row,
                                                                  int column) {
  std::optional<std::array<std::uint8_t, N>> out;
  if (row.is_null(column)) {
    return out;
  }
  const Bytes bytes = row.blob(column);
  if (bytes.size() != N) {
    return Error(Errc::storage_corrupt, "read an epoch: a column has a wrong length");
  }
  out.emplace();
  std::copy(bytes.begin(), bytes.end(), out->begin());
  return out;
}

}  // namespace

Bytes ShareStore::part_name(const KeyEpoch& name, Part part) {
  ByteWriter writer;
  writer.text("tercet share record").u8(kRecordFormat).u8(static_cast<std::uint8_t>(part));
  encode_name(writer, name);
  return writer.take();
}

Bytes ShareStore::seal_part(const KeyEpoch& name, Part part, const SecretBytes& plain) const {
  return sealer_->seal(part_name(name, part), plain);
}

Result<EpochRecord> ShareStore::read(const Statement& row) const {
  EpochRecord record;
  TERCET_TRY(KeyId key, KeyId::parse(row.text(0)));
  record.name = KeyEpoch(std::move(key),
                         KeyVersion(static_cast<std::uint32_t>(row.integer(1))),
                         Epoch(static_cast<std::uint32_t>(row.integer(2))));
  record.state = static_cast<EpochState>(row.integer(3));
  const Bytes session = row.blob(4);
  if (session.size() != SessionId::kBytes) {
    return Error(Errc::storage_corrupt, "read an epoch: its session id has a wrong length");
  }
  record.session = SessionId::copy_of(session);
  TERCET_TRY(record.missing_commitment, optional_array<32>(row, 5));
  TERCET_TRY(record.check_value, optional_array<4>(row, 6));
  record.has_derived = row.integer(7) != 0;
  TERCET_TRY_STATUS(sealer_->check_row(kTable, row_of(record), row.blob(8)));
  return record;
}

Status ShareStore::put_components(const KeyEpoch& name,
                                  const SessionId& session,
                                  const SecretBytes& components) {
  const Bytes sealed = seal_part(name, Part::components, components);
  EpochRecord record;
  record.name = name;
  record.session = session;
  TERCET_TRY(Statement insert,
             database_->prepare("INSERT INTO epochs (key, version, epoch, state, session, "
                                "components, code) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  bind_name(insert, name)
      .with(static_cast<std::int64_t>(record.state))
      .with(session.view())
      .with(ByteView(sealed))
      .with(ByteView(sealer_->row_code(kTable, row_of(record))));
  return insert.run();
}

Status ShareStore::write_part(const KeyEpoch& name,
                              const char* sql,
                              Part part,
                              const SecretBytes& plain) {
  const Bytes sealed = seal_part(name, part, plain);
  TERCET_TRY(Statement update, database_->prepare(sql));
  update.with(ByteView(sealed));
  return bind_name(update, name).run();
}

Status ShareStore::update(const EpochRecord& record) {
  TERCET_TRY(Statement update,
             database_->prepare("UPDATE epochs SET state = ?, missing_commitment = ?, "
                                "check_value = ?, code = ? "
                                "WHERE key = ? AND version = ? AND epoch = ?"));
  update.with(static_cast<std::int64_t>(record.state));
  if (record.missing_commitment) {
    update.with(ByteView(*record.missing_commitment));
  } else {
    update.with_null();
  }
  if (record.check_value) {
    update.with(ByteView(*record.check_value));
  } else {
    update.with_null();
  }
  update.with(ByteView(sealer_->row_code(kTable, row_of(record))));
  return bind_name(update, record.name).run();
}

Status ShareStore::put_commitments(const KeyEpoch& name,
                                   const std::array<std::uint8_t, 32>& missing_commitment,
                                   const SecretBytes& salts) {
  TERCET_TRY(EpochRecord record, find(name));
  record.missing_commitment = missing_commitment;
  return in_transaction(*database_, [&]() -> Status {
    TERCET_TRY_STATUS(
        write_part(name,
                   "UPDATE epochs SET salts = ? WHERE key = ? AND version = ? AND epoch = ?",
                   Part::salts,
                   salts));
    return update(record);
  });
}

Status ShareStore::put_derived(const KeyEpoch& name, const SecretBytes& derived) {
  TERCET_TRY(EpochRecord record, find(name));
  record.has_derived = true;
  return in_transaction(*database_, [&]() -> Status {
    TERCET_TRY_STATUS(
        write_part(name,
                   "UPDATE epochs SET derived = ? WHERE key = ? AND version = ? AND epoch = ?",
                   Part::derived,
                   derived));
    return update(record);
  });
}

Status ShareStore::put_held(const KeyEpoch& name, const HeldSignature& held) {
  TERCET_TRY(Statement insert,
             database_->prepare("INSERT OR REPLACE INTO held (key, version, epoch, node, "
                                "signature) VALUES (?, ?, ?, ?, ?)"));
  bind_name(insert, name)
      .with(static_cast<std::int64_t>(mpc::number(held.node)))
      .with(ByteView(held.signature));
  return insert.run();
}

Status ShareStore::put_check_value(const KeyEpoch& name, const std::array<std::uint8_t, 4>& value) {
  TERCET_TRY(EpochRecord record, find(name));
  record.check_value = value;
  return update(record);
}

Status ShareStore::retire_others(const KeyEpoch& name) {
  TERCET_TRY(std::vector<EpochRecord> records, all());
  for (EpochRecord& other : records) {
    if (other.name.key == name.key && other.name.version == name.version &&
        other.state == EpochState::active) {
      other.state = EpochState::retired;
      TERCET_TRY_STATUS(update(other));
    }
  }
  return ok_status();
}

Status ShareStore::activate(const KeyEpoch& name) {
  TERCET_TRY(EpochRecord record, find(name));
  if (record.state == EpochState::active) {
    return ok_status();
  }
  TERCET_TRY(const std::vector<HeldSignature> signatures, held(name));
  if (record.state != EpochState::pending || !record.has_derived || !record.missing_commitment ||
      !record.check_value || signatures.size() != mpc::kAllParties.size()) {
    return Error(Errc::wrong_state, "make an epoch active: it is not complete");
  }
  record.state = EpochState::active;
  return in_transaction(*database_, [&]() -> Status {
    TERCET_TRY_STATUS(retire_others(name));
    return update(record);
  });
}

Result<EpochRecord> ShareStore::find(const KeyEpoch& name) const {
  TERCET_TRY(
      Statement query,
      database_->prepare(std::string(kColumns) + "WHERE key = ? AND version = ? AND epoch = ?"));
  bind_name(query, name);
  TERCET_TRY(const bool found, query.next());
  if (!found) {
    return Error(Errc::not_found, "find an epoch of a key: it is not stored here");
  }
  return read(query);
}

Result<std::vector<EpochRecord>> ShareStore::all() const {
  TERCET_TRY(Statement query,
             database_->prepare(std::string(kColumns) + "ORDER BY key, version, epoch"));
  std::vector<EpochRecord> out;
  for (;;) {
    TERCET_TRY(const bool more, query.next());
    if (!more) {
      return out;
    }
    TERCET_TRY(EpochRecord record, read(query));
    out.push_back(std::move(record));
  }
}

Result<Epoch> ShareStore::highest(const KeyId& key, KeyVersion version) const {
  TERCET_TRY(Statement query,
             database_->prepare("SELECT coalesce(max(epoch), 0) FROM epochs "
                                "WHERE key = ? AND version = ?"));
  query.with(std::string_view(key.text())).with(version.value());
  TERCET_TRY(const bool found, query.next());
  return Epoch(found ? static_cast<std::uint32_t>(query.integer(0)) : 0);
}

Result<std::vector<HeldSignature>> ShareStore::held(const KeyEpoch& name) const {
  TERCET_TRY(Statement query,
             database_->prepare("SELECT node, signature FROM held WHERE key = ? AND version = ? "
                                "AND epoch = ? ORDER BY node"));
  bind_name(query, name);
  std::vector<HeldSignature> out;
  for (;;) {
    TERCET_TRY(const bool more, query.next());
    if (!more) {
      return out;
    }
    const std::int64_t node = query.integer(0);
    const Bytes signature = query.blob(1);
    HeldSignature held;
    if (node < 1 || node > 3 || signature.size() != held.signature.size()) {
      return Error(Errc::storage_corrupt, "read a HELD signature: the row is damaged");
    }
    held.node = static_cast<mpc::PartyIndex>(node);
    std::copy(signature.begin(), signature.end(), held.signature.begin());
    out.push_back(held);
  }
}

Result<SecretBytes> ShareStore::open_part(const KeyEpoch& name, Part part) const {
  TERCET_TRY(Statement query,
             database_->prepare("SELECT components, salts, derived FROM epochs "
                                "WHERE key = ? AND version = ? AND epoch = ?"));
  bind_name(query, name);
  TERCET_TRY(const bool found, query.next());
  const int column = static_cast<int>(part) - 1;
  if (!found || query.is_null(column)) {
    return Error(Errc::not_found, "open stored shares: they are not there");
  }
  return sealer_->open(part_name(name, part), query.blob(column));
}

Result<SecretBytes> ShareStore::components(const KeyEpoch& name) const {
  return open_part(name, Part::components);
}

Result<SecretBytes> ShareStore::salts(const KeyEpoch& name) const {
  return open_part(name, Part::salts);
}

Result<SecretBytes> ShareStore::derived(const KeyEpoch& name) const {
  return open_part(name, Part::derived);
}

}  // namespace tercet::node
