#include "node/store/share_store.h"

#include <algorithm>

#include "node/store/database.h"
#include "node/store/share_sealer.h"
#include "node/store/transaction.h"

namespace tercet::node {
namespace {

constexpr std::uint8_t kRecordFormat = 2;
constexpr std::string_view kTable = "epochs";
constexpr std::string_view kColumns =
    "SELECT session, key, version, state, made_by, created_at, store, usage, framing, enabled, "
    "missing_commitment, check_value, own_fingerprint, next_fingerprint, settled, code FROM "
    "epochs ";
constexpr std::string_view kByName = "WHERE session = ? AND key = ? AND version = ?";

void encode_name(ByteWriter& into, const KeyEpoch& name) {
  into.text(name.key.text()).u32(name.version.value()).raw(name.epoch.view());
}

Bytes row_of(const EpochRecord& epoch) {
  ByteWriter row;
  encode_name(row, epoch.name);
  row.u8(static_cast<std::uint8_t>(epoch.state)).raw(epoch.made_by.view());
  row.u64(static_cast<std::uint64_t>(epoch.created_at));
  row.text(epoch.terms.store).text(print_usage(epoch.terms.usage));
  row.text(print_framing(epoch.terms.framing)).u8(epoch.terms.enabled ? 1 : 0);
  row.blob(epoch.missing_commitment).blob(epoch.check_value);
  row.blob(epoch.own_fingerprint).blob(epoch.next_fingerprint).u8(epoch.settled ? 1 : 0);
  return row.take();
}

Statement& bind_name(Statement& statement, const KeyEpoch& name) {
  return statement.with(name.epoch.view())
      .with(std::string_view(name.key.text()))
      .with(name.version.value());
}

template <std::size_t N>
Status read_array(const Statement& row, int column, std::array<std::uint8_t, N>& into) {
  const Bytes bytes = row.blob(column);
  if (bytes.size() != N) {
    return Error(Errc::storage_corrupt, "read an epoch: a column has a wrong length");
  }
  std::copy(bytes.begin(), bytes.end(), into.begin());
  return ok_status();
}

}  // namespace

Result<ShareStore> ShareStore::load(Database& database, const ShareSealer& sealer) {
  ShareStore store(database, sealer);
  TERCET_TRY_STATUS(store.read_anew());
  return store;
}

Status ShareStore::read_anew() {
  TERCET_TRY(Statement query, database_->prepare(kColumns));
  TERCET_TRY(std::vector<EpochRecord> all, read_all(std::move(query)));
  KeyRecords records;
  for (EpochRecord& epoch : all) {
    if (epoch.state != EpochState::current) {
      continue;
    }
    const KeyRecord* known = keys_.find(epoch.name.key);
    const EpochRecord* version = known == nullptr ? nullptr : known->find(epoch.name.version);
    epoch.damaged = version != nullptr && version->name == epoch.name && version->damaged;
    records.put(epoch);
  }
  keys_ = std::move(records);
  return ok_status();
}

const char* ShareStore::column_of(Part part) {
  switch (part) {
    case Part::components:
      return "components";
    case Part::salts:
      return "salts";
    case Part::derived:
      return "derived";
  }
  return "";
}

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
  EpochRecord epoch;
  std::array<std::uint8_t, SessionId::kBytes> session{};
  std::array<std::uint8_t, CommandId::kBytes> made_by{};
  TERCET_TRY_STATUS(read_array(row, 0, session));
  TERCET_TRY(KeyId key, KeyId::parse(row.text(1)));
  epoch.name = KeyEpoch(
      std::move(key), KeyVersion(static_cast<std::uint32_t>(row.integer(2))), EpochId(session));
  epoch.state = static_cast<EpochState>(row.integer(3));
  TERCET_TRY_STATUS(read_array(row, 4, made_by));
  epoch.made_by = CommandId(made_by);
  epoch.created_at = row.integer(5);
  epoch.terms.store = row.text(6);
  TERCET_TRY(epoch.terms.usage, parse_usage(row.text(7)));
  TERCET_TRY(epoch.terms.framing, parse_framing(row.text(8)));
  epoch.terms.enabled = row.integer(9) != 0;
  TERCET_TRY_STATUS(read_array(row, 10, epoch.missing_commitment));
  TERCET_TRY_STATUS(read_array(row, 11, epoch.check_value));
  TERCET_TRY_STATUS(read_array(row, 12, epoch.own_fingerprint));
  TERCET_TRY_STATUS(read_array(row, 13, epoch.next_fingerprint));
  epoch.settled = row.integer(14) != 0;
  TERCET_TRY_STATUS(sealer_->check_row(kTable, row_of(epoch), row.blob(15)));
  return epoch;
}

Result<std::vector<EpochRecord>> ShareStore::read_all(Statement query) const {
  std::vector<EpochRecord> out;
  for (;;) {
    TERCET_TRY(const bool more, query.next());
    if (!more) {
      return out;
    }
    Result<EpochRecord> epoch = read(query);
    if (!epoch) {
      return Error(Errc::storage_corrupt, "read the epochs of keys").caused_by(epoch.error());
    }
    out.push_back(std::move(epoch).value());
  }
}

Status ShareStore::insert(const EpochRecord& epoch) {
  TERCET_TRY(Statement insert,
             database_->prepare(
                 "INSERT INTO epochs (session, key, version, state, made_by, created_at, store, "
                 "usage, framing, enabled, missing_commitment, check_value, own_fingerprint, "
                 "next_fingerprint, settled, code) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  return bind_name(insert, epoch.name)
      .with(static_cast<std::int64_t>(epoch.state))
      .with(epoch.made_by.view())
      .with(epoch.created_at)
      .with(std::string_view(epoch.terms.store))
      .with(std::string_view(print_usage(epoch.terms.usage)))
      .with(print_framing(epoch.terms.framing))
      .with(std::int64_t{epoch.terms.enabled ? 1 : 0})
      .with(ByteView(epoch.missing_commitment))
      .with(ByteView(epoch.check_value))
      .with(ByteView(epoch.own_fingerprint))
      .with(ByteView(epoch.next_fingerprint))
      .with(std::int64_t{epoch.settled ? 1 : 0})
      .with(ByteView(sealer_->row_code(kTable, row_of(epoch))))
      .run();
}

Status ShareStore::put(const EpochRecord& epoch, const EpochShares& shares) {
  EpochRecord stored = epoch;
  stored.state = EpochState::voted;
  return in_transaction(*database_, [&]() -> Status {
    TERCET_TRY_STATUS(insert(stored));
    TERCET_TRY(Statement write,
               database_->prepare("INSERT INTO shares (session, key, version, components, salts, "
                                  "derived) VALUES (?, ?, ?, ?, ?, ?)"));
    return bind_name(write, epoch.name)
        .with(ByteView(seal_part(epoch.name, Part::components, shares.components)))
        .with(ByteView(seal_part(epoch.name, Part::salts, shares.salts)))
        .with(ByteView(seal_part(epoch.name, Part::derived, shares.derived)))
        .run();
  });
}

Status ShareStore::update(const EpochRecord& epoch) {
  TERCET_TRY(Statement update,
             database_->prepare("UPDATE epochs SET state = ?, settled = ?, code = ? " +
                                std::string(kByName)));
  update.with(static_cast<std::int64_t>(epoch.state))
      .with(std::int64_t{epoch.settled ? 1 : 0})
      .with(ByteView(sealer_->row_code(kTable, row_of(epoch))));
  return bind_name(update, epoch.name).run();
}

Status ShareStore::make_current(const KeyEpoch& name) {
  TERCET_TRY(EpochRecord epoch, find(name));
  const KeyRecord* key = keys_.find(name.key);
  const EpochRecord* other = key == nullptr ? nullptr : key->find(name.version);
  if (other != nullptr && other->name != name) {
    return Error(Errc::already_exists, "make an epoch current: its version has another one");
  }
  epoch.state = EpochState::current;
  TERCET_TRY_STATUS(update(epoch));
  database_->changed(*this);
  keys_.put(epoch);
  return ok_status();
}

Status ShareStore::mark_settled(const KeyEpoch& name) {
  TERCET_TRY(EpochRecord epoch, find(name));
  epoch.settled = true;
  TERCET_TRY_STATUS(update(epoch));
  if (epoch.state == EpochState::current) {
    database_->changed(*this);
    keys_.put(epoch);
  }
  return ok_status();
}

Status ShareStore::drop(const KeyEpoch& name) {
  TERCET_TRY(const EpochRecord epoch, find(name));
  if (epoch.state != EpochState::voted) {
    return Error(Errc::wrong_state, "drop an epoch: it is current");
  }
  TERCET_TRY(Statement erase, database_->prepare("DELETE FROM epochs " + std::string(kByName)));
  return bind_name(erase, name).run();
}

Status ShareStore::put_derived(const KeyEpoch& name, const SecretBytes& derived) {
  TERCET_TRY(Statement update,
             database_->prepare("UPDATE shares SET derived = ? " + std::string(kByName)));
  const Bytes sealed = seal_part(name, Part::derived, derived);
  update.with(ByteView(sealed));
  return bind_name(update, name).run();
}

Result<EpochRecord> ShareStore::find(const KeyEpoch& name) const {
  TERCET_TRY(Statement query, database_->prepare(std::string(kColumns) + std::string(kByName)));
  bind_name(query, name);
  TERCET_TRY(const bool found, query.next());
  if (!found) {
    return Error(Errc::not_found, "find an epoch of a key: it is not stored here");
  }
  TERCET_TRY(EpochRecord epoch, read(query));
  const KeyRecord* key = keys_.find(name.key);
  const EpochRecord* mirrored = key == nullptr ? nullptr : key->find(name.version);
  epoch.damaged = mirrored != nullptr && mirrored->name == name && mirrored->damaged;
  return epoch;
}

Result<std::vector<EpochRecord>> ShareStore::of_session(const SessionId& session) const {
  TERCET_TRY(Statement query, database_->prepare(std::string(kColumns) + "WHERE session = ?"));
  query.with(session.view());
  return read_all(std::move(query));
}

Result<std::vector<EpochRecord>> ShareStore::voted() const {
  TERCET_TRY(Statement query, database_->prepare(std::string(kColumns) + "WHERE state = 0"));
  return read_all(std::move(query));
}

Result<SecretBytes> ShareStore::open_part(const KeyEpoch& name, Part part) const {
  TERCET_TRY(Statement query,
             database_->prepare("SELECT " + std::string(column_of(part)) + " FROM shares " +
                                std::string(kByName)));
  bind_name(query, name);
  TERCET_TRY(const bool found, query.next());
  if (!found) {
    return Error(Errc::not_found, "open stored shares: they are not there");
  }
  return sealer_->open(part_name(name, part), query.blob(0));
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
