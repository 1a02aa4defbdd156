#include "mpc/field/dispatch.h"

#include <atomic>

#include "core/base/check.h"
#include "mpc/field/kernels.h"

namespace tercet::mpc {

namespace {

CpuPath best_path() {
  return cpu_supports(CpuPath::avx2_clmul) ? CpuPath::avx2_clmul : CpuPath::portable;
}

std::atomic<CpuPath>& path_in_use() {
  static std::atomic<CpuPath> path{best_path()};
  return path;
}

}  // namespace

bool cpu_supports(CpuPath path) {
  switch (path) {
    case CpuPath::portable:
      return true;
    case CpuPath::avx2_clmul:
#if defined(__x86_64__)
      return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("pclmul") != 0;
#else
      return false;
#endif
  }
  return false;
}

CpuPath chosen_cpu_path() {
  return path_in_use().load(std::memory_order_relaxed);
}

std::string_view cpu_path_name(CpuPath path) {
  return path == CpuPath::avx2_clmul ? "avx2_clmul" : "portable";
}

const KernelTable& kernels_of(CpuPath path) {
  TERCET_CHECK(cpu_supports(path));
#if defined(__x86_64__)
  if (path == CpuPath::avx2_clmul) {
    return kAvx2ClmulKernels;
  }
#endif
  return kPortableKernels;
}

const KernelTable& kernels() {
  return kernels_of(chosen_cpu_path());
}

void use_cpu_path(CpuPath path) {
  TERCET_CHECK(cpu_supports(path));
  path_in_use().store(path, std::memory_order_relaxed);
}

}  // namespace tercet::mpc
