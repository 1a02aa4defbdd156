#include "mpc/engine/joint_engine.h"

#include <utility>

#include "mpc/onehot/batch.h"

namespace tercet::mpc {

namespace {

class TableEngine final : public JointEngine {
 public:
  Task<Result<OneHotBatch>> make_batch(Party& party, std::size_t count) const override {
    return mpc::make_batch<FullDefences>(party, count);
  }

  Task<Result<std::shared_ptr<const KeyMaterial>>> derive(Party& party,
                                                          KeyName name,
                                                          ByteShares components,
                                                          VectorRange vectors) const override {
    return mpc::derive<FullDefences>(
        party, std::move(name), std::move(components), std::move(vectors));
  }

  Task<Result<KeyCheckValue>> key_check(Party& party,
                                        KeyName name,
                                        std::shared_ptr<const KeyMaterial> key,
                                        VectorRange vectors) const override {
    return mpc::key_check<FullDefences>(party, std::move(name), std::move(key), std::move(vectors));
  }

  Task<Result<Keystream>> compute_keystream(Party& party,
                                            std::shared_ptr<const KeyMaterial> key,
                                            Iv iv,
                                            std::size_t blocks,
                                            VectorRange vectors) const override {
    return mpc::compute_keystream<FullDefences>(
        party, std::move(key), iv, blocks, std::move(vectors));
  }

  Task<Result<std::vector<Slot>>> make_slots(Party& party,
                                             std::shared_ptr<const KeyMaterial> key,
                                             KeyVersion version,
                                             SlotsPlan plan,
                                             VectorRange vectors) const override {
    return mpc::make_slots<FullDefences>(party, std::move(key), version, plan, std::move(vectors));
  }
};

}  // namespace

const JointEngine& table_engine() {
  static const TableEngine engine;
  return engine;
}

}  // namespace tercet::mpc
