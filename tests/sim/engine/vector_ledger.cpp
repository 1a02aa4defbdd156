#include "tests/sim/engine/vector_ledger.h"

#include "core/secret/access.h"

namespace tercet::sim {

namespace {

constexpr std::size_t kNumberAt = 8;

}  // namespace

void VectorLedger::mark(const BatchId& batch, MutableByteView bits) {
  const std::uint64_t name = load_u64(batch.view().first(8));
  for (std::size_t at = 0, number = 0; at < bits.size(); at += mpc::kVectorBytes, ++number) {
    store_u64(bits.subspan(at, 8), name);
    store_u32(bits.subspan(at + kNumberAt, 4), static_cast<std::uint32_t>(number));
  }
}

VectorLedger::Row VectorLedger::row_of(ByteView bits) {
  Row row;
  row.batch = load_u64(bits.first(8));
  row.first = load_u32(bits.subspan(kNumberAt, 4));
  row.last = load_u32(bits.subspan(bits.size() - mpc::kVectorBytes + kNumberAt, 4));
  return row;
}

void VectorLedger::use(mpc::PartyIndex party, const SessionId& session, mpc::VectorRange vectors) {
  const mpc::VectorUse use(std::move(vectors));
  const Row row = row_of(use.bits().own.expose(SecretAccess::grant()));
  auto& rows = used_[std::pair(party, row.batch)];
  auto after = rows.upper_bound(row.last);
  if (after != rows.begin() && std::prev(after)->second >= row.first) {
    violations_.push_back("I2: node " + std::to_string(mpc::number(party)) +
                          " used vectors of one batch twice, from number " +
                          std::to_string(row.first));
  }
  rows.emplace(row.first, row.last);
  const auto [known, first] = sessions_.emplace(session, row);
  if (!first && !(known->second == row)) {
    violations_.push_back("I2: the nodes used different vectors in session " + session.hex());
  }
}

}  // namespace tercet::sim
