#include "node/store/iv_counts.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "node/store/database.h"
#include "node/store/share_sealer.h"

namespace tercet::node {
namespace {

constexpr std::string_view kTable = "iv_counts";

Bytes row_of(const KeyId& key, KeyVersion version, std::uint64_t reserved) {
  ByteWriter row;
  row.text(key.text()).u32(version.value()).u64(reserved);
  return row.take();
}

}  // namespace

Result<IvCounts> IvCounts::load(Database& database, const ShareSealer& sealer) {
  IvCounts counts(database, sealer);
  TERCET_TRY_STATUS(counts.read_anew());
  for (auto& [name, count] : counts.counts_) {
    count.used = count.durable;  // how much of the step was used before the restart is not known
  }
  return counts;
}

Status IvCounts::read_anew() {
  TERCET_TRY(Statement query,
             database_->prepare("SELECT key, version, reserved, code FROM iv_counts"));
  for (auto& [name, count] : counts_) {
    count.durable = 0;
  }
  for (;;) {
    TERCET_TRY(const bool more, query.next());
    if (!more) {
      return ok_status();
    }
    TERCET_TRY(KeyId key, KeyId::parse(query.text(0)));
    const KeyVersion version(static_cast<std::uint32_t>(query.integer(1)));
    const auto reserved = static_cast<std::uint64_t>(query.integer(2));
    TERCET_TRY_STATUS(sealer_->check_row(kTable, row_of(key, version, reserved), query.blob(3)));
    counts_[Name(std::move(key), version)].durable = reserved;
  }
}

Status IvCounts::store(const Name& name, Count& count, std::uint64_t durable) {
  TERCET_TRY(Statement write,
             database_->prepare("INSERT OR REPLACE INTO iv_counts (key, version, reserved, code) "
                                "VALUES (?, ?, ?, ?)"));
  write.with(std::string_view(name.first.text()))
      .with(name.second.value())
      .with(static_cast<std::int64_t>(durable))
      .with(ByteView(sealer_->row_code(kTable, row_of(name.first, name.second, durable))));
  TERCET_TRY_STATUS(write.run());
  database_->changed(*this);
  count.durable = durable;
  return ok_status();
}

Status IvCounts::take(const KeyId& key, KeyVersion version, std::uint64_t count) {
  const Name name(key, version);
  Count& known = counts_[name];
  if (count > kIvsPerVersionMax || known.used > kIvsPerVersionMax - count) {
    return Error(Errc::exhausted, "count IVs: the key version has used all it may")
        .hint("make a new version of the key");
  }
  const std::uint64_t used = known.used + count;
  if (used > known.durable) {
    TERCET_TRY_STATUS(store(name, known, std::min(used + kIvStep, kIvsPerVersionMax)));
  }
  known.used = used;
  return ok_status();
}

Status IvCounts::top_up() {
  for (auto& [name, count] : counts_) {
    if (count.durable < count.used + kIvStep / 2 && count.durable < kIvsPerVersionMax) {
      const std::uint64_t from = std::max(count.used, count.durable);
      TERCET_TRY_STATUS(store(name, count, std::min(from + kIvStep, kIvsPerVersionMax)));
    }
  }
  return ok_status();
}

std::uint64_t IvCounts::used(const KeyId& key, KeyVersion version) const {
  const auto found = counts_.find(Name(key, version));
  return found == counts_.end() ? 0 : found->second.used;
}

}  // namespace tercet::node
