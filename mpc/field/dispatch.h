#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tercet::mpc {

struct KernelTable;

/// A set of kernels: portable, or one for an instruction set. All constant time, all equal.
enum class CpuPath : std::uint8_t { portable, avx2_clmul, avx512_gfni };
/// From the slowest to the fastest.
inline constexpr std::array kAllCpuPaths = {
    CpuPath::portable, CpuPath::avx2_clmul, CpuPath::avx512_gfni};

bool cpu_supports(CpuPath path);
/// The best one of this machine, decided once; for the log and `tercet status`.
CpuPath chosen_cpu_path();
std::string_view cpu_path_name(CpuPath path);
/// The kernels in use.
const KernelTable& kernels();
/// Those of one path, for tests and benchmarks; the machine supports it (checked).
const KernelTable& kernels_of(CpuPath path);
/// Tests and benchmarks only: makes kernels() return those of `path` from now on.
void use_cpu_path(CpuPath path);

}  // namespace tercet::mpc
