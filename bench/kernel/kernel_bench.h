#pragma once

#include <string>

#include <benchmark/benchmark.h>

#include "core/base/bytes.h"
#include "core/random/deterministic.h"
#include "mpc/field/dispatch.h"

namespace tercet::bench {

/// Bytes that look like shares.
inline Bytes random_bytes(std::size_t size) {
  DeterministicRandom random(std::uint64_t{7});
  Bytes out(size);
  random.fill(out);
  return out;
}

/// Registers `run(state, path)` as `<name>/<path>` for each path this CPU has, best last.
template <class Run>
void register_paths(const std::string& name, Run run) {
  for (const mpc::CpuPath path : mpc::kAllCpuPaths) {
    if (!mpc::cpu_supports(path)) {
      continue;
    }
    const std::string full = name + "/" + std::string(mpc::cpu_path_name(path));
    ::benchmark::RegisterBenchmark(full.c_str(), [run, path](::benchmark::State& state) {
      mpc::use_cpu_path(path);
      run(state, path);
    });
  }
}

/// What one turn of a benchmark worked on: items a second of CPU time.
inline void count_items(::benchmark::State& state, std::size_t items) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items));
}

void register_field_benchmarks();
void register_onehot_benchmarks();

}  // namespace tercet::bench
