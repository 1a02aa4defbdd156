// Kernel benchmarks. Items per second are per core: elements of a field, vectors, table
// applications, as the name says. Figures and how to read them: docs/performance.md.

#include "bench/kernel/kernel_bench.h"

int main(int argc, char** argv) {
  tercet::bench::register_field_benchmarks();
  tercet::bench::register_onehot_benchmarks();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
