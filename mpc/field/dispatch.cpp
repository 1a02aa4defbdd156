#include "mpc/field/dispatch.h"

#include <atomic>

#include "core/base/check.h"
#include "mpc/field/kernels.h"

namespace tercet::mpc {

namespace {

CpuPath best_path() {
  CpuPath best = CpuPath::portable;
  for (const CpuPath path : kAllCpuPaths) {
    best = cpu_supports(path) ? path : best;
  }
  return best;
}

#if defined(__x86_64__)
bool has_avx2_clmul() {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("pclmul") != 0;
}

bool has_avx512_gfni() {
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
         __builtin_cpu_supports("avx512vbmi") != 0 &&
         __builtin_cpu_supports("avx512vpopcntdq") != 0 && __builtin_cpu_supports("gfni") != 0 &&
         __builtin_cpu_supports("vpclmulqdq") != 0;
}
#else
bool has_avx2_clmul() {
  return false;
}

bool has_avx512_gfni() {
  return false;
}
#endif

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
      return has_avx2_clmul();
    case CpuPath::avx512_gfni:
      return has_avx2_clmul() && has_avx512_gfni();
  }
  return false;
}

CpuPath chosen_cpu_path() {
  return path_in_use().load(std::memory_order_relaxed);
}

std::string_view cpu_path_name(CpuPath path) {
  switch (path) {
    case CpuPath::portable:
      return "portable";
    case CpuPath::avx2_clmul:
      return "avx2_clmul";
    case CpuPath::avx512_gfni:
      return "avx512_gfni";
  }
  return "unknown";
}

const KernelTable& kernels_of(CpuPath path) {
  TERCET_CHECK(cpu_supports(path));
#if defined(__x86_64__)
  if (path == CpuPath::avx512_gfni) {
    return kAvx512GfniKernels;
  }
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
