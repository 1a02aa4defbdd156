#include "bench/kernel/kernel_bench.h"
#include "mpc/field/gf2_128.h"
#include "mpc/field/kernels.h"
#include "mpc/gcm/ghash.h"
#include "tests/support/memory_network.h"

namespace tercet::bench {

namespace {

constexpr std::size_t kElements = 1024;

void inner_product(::benchmark::State& state, mpc::CpuPath path) {
  const Bytes a = random_bytes(kElements * 16);
  const Bytes b = random_bytes(kElements * 16);
  const mpc::KernelTable& kernels = mpc::kernels_of(path);
  for (auto _ : state) {
    ::benchmark::DoNotOptimize(kernels.inner_product(a.data(), b.data(), kElements));
  }
  count_items(state, kElements);
}

void multiply_each(::benchmark::State& state, mpc::CpuPath path) {
  const Bytes a = random_bytes(kElements * 16);
  const Bytes b = random_bytes(kElements * 16);
  Bytes out(a.size());
  const mpc::KernelTable& kernels = mpc::kernels_of(path);
  for (auto _ : state) {
    kernels.multiply_each(a.data(), b.data(), out.data(), kElements);
    ::benchmark::ClobberMemory();
  }
  count_items(state, kElements);
}

/// GHASH of 1,024 public blocks over both components of H's powers.
void ghash_over_shares(::benchmark::State& state, mpc::CpuPath /*path*/) {
  DeterministicRandom random(std::uint64_t{8});
  auto shares = test::split(random_bytes(kElements * 16), random);
  const mpc::BlockShares powers(std::move(shares[0]));
  const Bytes input = random_bytes(kElements * 16);
  for (auto _ : state) {
    ::benchmark::DoNotOptimize(mpc::ghash(powers, input));
  }
  count_items(state, kElements);
}

}  // namespace

void register_field_benchmarks() {
  register_paths("Field/Gf2_128/InnerProduct", inner_product);
  register_paths("Field/Gf2_128/MultiplyEach", multiply_each);
  register_paths("Ghash/BothComponents", ghash_over_shares);
}

}  // namespace tercet::bench
