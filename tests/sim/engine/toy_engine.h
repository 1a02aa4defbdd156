#pragma once

#include <optional>

#include "mpc/engine/joint_engine.h"
#include "tests/sim/engine/vector_ledger.h"

namespace tercet::sim {

/// An engine that protects nothing and costs next to nothing: it shares keys openly, so that many
/// lives of keys can be simulated. For tests only; a lint test keeps its name out of the product.
///
/// What it has in common with the real one: hops between the nodes (fewer), single-use vectors,
/// opened IVs, values as replicated shares that the product's releases work on. Component 1 of
/// every derived value is the value itself, the other two are zero.
class ToyEngine final : public mpc::JointEngine {
 public:
  explicit ToyEngine(VectorLedger& ledger) : ledger_(&ledger) {}

  /// The next set that is derived at this node is damaged there, and nobody is told.
  void damage_next_set(mpc::PartyIndex at) { damage_at_ = at; }

  bool will_damage() const { return damage_at_.has_value(); }

  Task<Result<mpc::OneHotBatch>> make_batch(mpc::Party& party, std::size_t count) const override;
  Task<Result<std::shared_ptr<const mpc::KeyMaterial>>> derive(
      mpc::Party& party,
      mpc::KeyName name,
      mpc::ByteShares components,
      mpc::VectorRange vectors) const override;
  Task<Result<mpc::KeyCheckValue>> key_check(mpc::Party& party,
                                             mpc::KeyName name,
                                             std::shared_ptr<const mpc::KeyMaterial> key,
                                             mpc::VectorRange vectors) const override;
  Task<Result<mpc::Keystream>> compute_keystream(mpc::Party& party,
                                                 std::shared_ptr<const mpc::KeyMaterial> key,
                                                 mpc::Iv iv,
                                                 std::size_t blocks,
                                                 mpc::VectorRange vectors) const override;
  Task<Result<std::vector<mpc::Slot>>> make_slots(mpc::Party& party,
                                                  std::shared_ptr<const mpc::KeyMaterial> key,
                                                  KeyVersion version,
                                                  mpc::SlotsPlan plan,
                                                  mpc::VectorRange vectors) const override;

 private:
  VectorLedger* ledger_;
  mutable std::optional<mpc::PartyIndex> damage_at_;
};

}  // namespace tercet::sim
