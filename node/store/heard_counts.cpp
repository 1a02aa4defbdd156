#include "node/store/heard_counts.h"

#include <string>

#include "core/base/bytes.h"
#include "node/store/share_sealer.h"

namespace tercet::node {
namespace {

constexpr std::string_view kTable = "node";

std::string name_of(mpc::PartyIndex peer) {
  return "heard of " + std::to_string(mpc::number(peer));
}

Bytes row_of(mpc::PartyIndex peer, const HeldCounts& counts) {
  ByteWriter row;
  row.text(name_of(peer)).u64(counts.commands).u64(counts.versions);
  return row.take();
}

}  // namespace

Result<HeardCounts> HeardCounts::load(Database& database, const ShareSealer& sealer) {
  HeardCounts counts(database, sealer);
  TERCET_TRY_STATUS(counts.read_anew());
  return counts;
}

Status HeardCounts::read_anew() {
  for (const mpc::PartyIndex peer : mpc::kAllParties) {
    HeldCounts& counts = at(peer).on_disk;
    counts = HeldCounts();
    TERCET_TRY(Statement query, database_->prepare("SELECT value FROM node WHERE name = ?"));
    query.with(std::string_view(name_of(peer)));
    TERCET_TRY(const bool found, query.next());
    if (!found) {
      continue;
    }
    const Bytes value = query.blob(0);
    ByteReader in(value);
    counts.commands = in.u64();
    counts.versions = in.u64();
    const ByteView code = in.raw(std::tuple_size_v<ShareSealer::RowCode>);
    TERCET_TRY_STATUS(in.finish("what a peer said it holds"));
    TERCET_TRY_STATUS(sealer_->check_row(kTable, row_of(peer, counts), code));
    at(peer).most = at(peer).most.most(counts);  // what was heard stays so, written or not
  }
  return ok_status();
}

Status HeardCounts::hear(mpc::PartyIndex peer, const HeldCounts& counts, SteadyTime now) {
  Heard& heard = at(peer);
  heard.most = heard.most.most(counts);
  if (heard.most == heard.on_disk || (heard.written_at && now - *heard.written_at < kWriteAgain)) {
    return ok_status();
  }
  heard.written_at = now;  // also of one that fails: it is tried no more often
  return write(peer, heard);
}

Status HeardCounts::write(mpc::PartyIndex peer, Heard& heard) {
  ByteWriter value;
  value.u64(heard.most.commands)
      .u64(heard.most.versions)
      .raw(sealer_->row_code(kTable, row_of(peer, heard.most)));
  TERCET_TRY(Statement write,
             database_->prepare("INSERT OR REPLACE INTO node (name, value) VALUES (?, ?)"));
  write.with(std::string_view(name_of(peer))).with(ByteView(value.bytes()));
  TERCET_TRY_STATUS(write.run());
  database_->changed(*this);
  heard.on_disk = heard.most;
  return ok_status();
}

}  // namespace tercet::node
