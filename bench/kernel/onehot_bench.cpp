#include <array>

#include "bench/kernel/kernel_bench.h"
#include "core/base/check.h"
#include "mpc/field/kernels.h"
#include "mpc/onehot/apply.h"
#include "mpc/onehot/batch.h"
#include "mpc/verify/pair_hash.h"
#include "tests/support/engine_cluster.h"

namespace tercet::bench {

namespace {

constexpr std::size_t kBlocks = 16;
constexpr std::size_t kVectors = kBlocks * mpc::kBlockVectors;

/// Both held components of a round of 16 blocks of AES.
void apply_table(::benchmark::State& state, mpc::CpuPath path) {
  constexpr std::size_t kBoxes = 256;
  const Bytes own = random_bytes(kBoxes * mpc::kVectorBytes);
  const Bytes next = random_bytes(kBoxes * mpc::kVectorBytes);
  const Bytes offsets = random_bytes(kBoxes);
  Bytes out(kBoxes);
  const mpc::KernelTable& kernels = mpc::kernels_of(path);
  const std::uint8_t* masks = mpc::aes_sbox_table().masks().data();
  for (auto _ : state) {
    kernels.apply_table(own.data(), offsets.data(), masks, out.data(), kBoxes);
    kernels.apply_table(next.data(), offsets.data(), masks, out.data(), kBoxes);
    ::benchmark::ClobberMemory();
  }
  count_items(state, kBoxes);
}

/// Random wires of one party.
struct Wires {
  Bytes random_own = random_bytes(kBlocks * 8 * mpc::kLaneBytes);
  Bytes random_next = random_own;
  Bytes first_own = random_bytes(kBlocks * mpc::kFirstGates * mpc::kLaneBytes);
  Bytes first_next = first_own;
  Bytes second_own = random_bytes(kBlocks * mpc::kSecondGates * mpc::kLaneBytes);
  Bytes second_next = second_own;
  Bytes outer = random_bytes(kBlocks * mpc::kOuterGates * mpc::kLaneBytes);
  Bytes lanes = random_bytes(kBlocks * 256 * mpc::kLaneBytes);

  mpc::WireView view() const {
    return mpc::WireView{random_own.data(),
                         random_next.data(),
                         first_own.data(),
                         first_next.data(),
                         second_own.data(),
                         second_next.data(),
                         kBlocks,
                         ~std::uint64_t{0},
                         0};
  }
};

void outer_layer(::benchmark::State& state, mpc::CpuPath path) {
  Wires wires;
  for (auto _ : state) {
    mpc::kernels_of(path).outer_layer(wires.view(), wires.outer.data(), false);
    ::benchmark::ClobberMemory();
  }
  count_items(state, kVectors);
}

void complete(::benchmark::State& state, mpc::CpuPath path) {
  Wires wires;
  const mpc::ComponentWires component{wires.random_own.data(),
                                      wires.first_own.data(),
                                      wires.second_own.data(),
                                      wires.outer.data(),
                                      kBlocks,
                                      0};
  for (auto _ : state) {
    mpc::kernels_of(path).complete(component, wires.lanes.data(), false);
    ::benchmark::ClobberMemory();
  }
  count_items(state, kVectors);
}

void transpose(::benchmark::State& state, mpc::CpuPath path) {
  Wires wires;
  for (auto _ : state) {
    mpc::kernels_of(path).transpose(wires.lanes.data(), kBlocks);
    ::benchmark::ClobberMemory();
  }
  count_items(state, kVectors);
}

void functionals(::benchmark::State& state, mpc::CpuPath path) {
  const Wires wires;
  mpc::FunctionalMatrix matrix{};
  for (auto& group : matrix) {
    const Bytes row = random_bytes(group.size());
    std::copy(row.begin(), row.end(), group.begin());
  }
  std::array<Bytes, 3> elements;
  elements.fill(Bytes(kVectors * 16));
  Bytes linear(kBlocks * mpc::kLinearRows * mpc::kLaneBytes);
  const mpc::FunctionalOutputs out{
      elements[0].data(), elements[1].data(), elements[2].data(), linear.data()};
  for (auto _ : state) {
    mpc::kernels_of(path).functionals(wires.lanes.data(), matrix, out, kBlocks);
    ::benchmark::ClobberMemory();
  }
  count_items(state, kVectors);
}

/// Three parties make and verify a batch in one thread; items are a third of a turn: what ONE node
/// does for a vector, sends and receives through memory included.
void make_batch(::benchmark::State& state, mpc::CpuPath /*path*/) {
  constexpr std::size_t kBatch = mpc::kBatchVectorsMin;
  test::EngineCluster cluster(9);
  for (auto _ : state) {
    const auto session = cluster.session();
    const auto made = test::run_three<mpc::OneHotBatch>(session->network(), [&](mpc::PartyIndex i) {
      return mpc::make_batch<mpc::FullDefences>(session->party(i), kBatch);
    });
    for (const auto& batch : made) {
      TERCET_CHECK(batch.has_value() && batch->ok());
    }
  }
  count_items(state, 3 * kBatch);
}

/// The pair's hash of copies: items are bytes.
void pair_hash(::benchmark::State& state, mpc::CpuPath /*path*/) {
  const auto secrets = test::test_pair_secrets(3);
  const Bytes data = random_bytes(std::size_t{1} << 17);
  for (auto _ : state) {
    mpc::PairHash hash(*secrets[0].with_next, SessionId());
    hash.update(data);
    ::benchmark::DoNotOptimize(hash.finish());
  }
  count_items(state, data.size());
}

/// The additive sharing of zero under an outer layer: items are bytes of it, from two streams.
void zero_share(::benchmark::State& state) {
  test::EngineCluster cluster(10);
  const auto session = cluster.session();
  const auto zeros = session->party(mpc::PartyIndex::p1).zero_share(mpc::kUseVectorZeros, 3);
  Bytes z(16 * mpc::kOuterGates * mpc::kLaneBytes);
  for (auto _ : state) {
    zeros.add(0, z);
    ::benchmark::ClobberMemory();
  }
  count_items(state, z.size());
}

/// The 13 layers of a request of 96 bytes (7 blocks with J0) at three parties in one thread; items
/// are blocks at ONE node, messages through memory included.
void keystream(::benchmark::State& state, mpc::CpuPath /*path*/) {
  constexpr std::size_t kTextBlocks = 6;
  test::EngineCluster cluster(11);
  const test::ThreeKeys keys = cluster.derive_key(Bytes(32, 0x21));
  const mpc::Iv iv{};
  for (auto _ : state) {
    state.PauseTiming();
    const auto session = cluster.session();
    auto vectors = cluster.vectors(mpc::vectors_needed(kTextBlocks));
    state.ResumeTiming();
    const auto made = test::run_keystream(*session, keys, {iv, iv, iv}, kTextBlocks, vectors);
    TERCET_CHECK(made[0].has_value() && made[0]->ok());
  }
  count_items(state, 3 * (kTextBlocks + 1));
}

}  // namespace

void register_onehot_benchmarks() {
  register_paths("OneHot/Apply", apply_table);
  register_paths("OneHot/OuterLayer/one-party", outer_layer);
  register_paths("OneHot/Complete/one-component", complete);
  register_paths("OneHot/Transpose/one-component", transpose);
  register_paths("OneHot/Functionals/one-component", functionals);
  register_paths("OneHot/PairHash/bytes", pair_hash);
  ::benchmark::RegisterBenchmark("OneHot/ZeroShare/bytes", zero_share);
  register_paths("Engine/Keystream/96-bytes-cpu-per-node", keystream);
  register_paths("OneHot/MakeBatch/three-parties-cpu-per-node", make_batch);
}

}  // namespace tercet::bench
