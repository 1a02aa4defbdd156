#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mpc/field/gf2_128.h"

/// The CPU-specific kernels behind gf2_128.h and mpc/onehot. One table for each CpuPath; all are
/// constant time in every share, and the portable table is the reference of the others.
namespace tercet::mpc {

inline constexpr std::size_t kLaneBytes = 32;  ///< one bit of each of 256 vectors
inline constexpr std::size_t kBlockVectors = 256;
inline constexpr std::size_t kFunctionalRows = 384;   ///< A, B, C: 128 each
inline constexpr std::size_t kLinearRows = 9;         ///< index: bits 0..7; parity
inline constexpr std::size_t kFunctionalGroups = 32;  ///< of 8 of the 256 bits

/// For each group of 8 bits and each row the public coefficients of these bits, as one byte.
using FunctionalMatrix = std::array<std::array<std::uint8_t, kFunctionalRows>, kFunctionalGroups>;

/// Gates of the three layers that make one-hot vectors (protocol.md 4).
inline constexpr std::size_t kFirstGates = 4;
inline constexpr std::size_t kSecondGates = 18;
inline constexpr std::size_t kOuterGates = 225;
/// The circuit that must not be used: all 256 outer products. Kept for the attack test.
inline constexpr std::size_t kDirectOuterGates = 256;

/// The bit-sliced wires of one party for a run of blocks of 256 vectors; lanes of a block lie
/// together. Both components of the inputs of a layer.
struct WireView {
  const std::uint8_t* random_own;  ///< 8 lanes a block
  const std::uint8_t* random_next;
  const std::uint8_t* first_own;  ///< kFirstGates lanes a block; null in the first layer
  const std::uint8_t* first_next;
  const std::uint8_t* second_own;  ///< kSecondGates lanes a block; null before the outer layer
  const std::uint8_t* second_next;
  std::size_t blocks;
  std::uint64_t one_own;  ///< the public constant 1 in component `own`: all ones or zero
  std::uint64_t one_next;
};

/// One component's wires, to complete vectors by linearity.
struct ComponentWires {
  const std::uint8_t* random;
  const std::uint8_t* first;
  const std::uint8_t* second;
  const std::uint8_t* outer;
  std::size_t blocks;
  std::uint64_t one;
};

/// What the functionals of one component give: 16 bytes per vector each, and kLinearRows lanes a
/// block.
struct FunctionalOutputs {
  std::uint8_t* a;
  std::uint8_t* b;
  std::uint8_t* c;
  std::uint8_t* linear;
};

/// Both components of a row of elements of GF(2^128), 16 bytes each.
struct SharedRow {
  const std::uint8_t* own;
  const std::uint8_t* next;
};

/// This party's additive shares of inner products of the halves x0, x1 and y0, y1 of two rows.
struct HalfSums {
  Block128 low;   ///< x0 * y0
  Block128 high;  ///< x1 * y1
  Block128 sum;   ///< (x0 ^ x1) * (y0 ^ y1)
};

struct KernelTable {
  /// into ^= from.
  void (*xor_into)(std::uint8_t* into, const std::uint8_t* from, std::size_t size);
  Block128 (*multiply)(Block128 a, Block128 b);
  Block128 (*inner_product)(const std::uint8_t* a, const std::uint8_t* b, std::size_t count);
  void (*multiply_each)(const std::uint8_t* a,
                        const std::uint8_t* b,
                        std::uint8_t* out,
                        std::size_t count);
  void (*multiply_all)(Block128 factor,
                       const std::uint8_t* a,
                       std::uint8_t* out,
                       std::size_t count);
  /// out_k = a_k ^ point * (a_k ^ b_k): the line through a (at 0) and b (at 1). `out` may be `a`.
  void (*fold)(Block128 point,
               const std::uint8_t* a,
               const std::uint8_t* b,
               std::uint8_t* out,
               std::size_t count);
  /// x and y have 2 * half elements.
  void (*halves)(const SharedRow& x, const SharedRow& y, std::size_t half, HalfSums& out);
  /// out[k] = XOR over j with bits_k[j] = 1 of T[j ^ offsets[k]]; `offsets` are public.
  void (*apply_table)(const std::uint8_t* bits,
                      const std::uint8_t* offsets,
                      const std::uint8_t* masks,
                      std::uint8_t* out,
                      std::size_t count);
  /// z ^= this party's additive share of each gate's product; z holds the zero shares.
  void (*first_layer)(const WireView& wires, std::uint8_t* z);
  void (*second_layer)(const WireView& wires, std::uint8_t* z);
  void (*outer_layer)(const WireView& wires, std::uint8_t* z, bool direct);
  /// 256 lanes a block of one component, from its wires.
  void (*complete)(const ComponentWires& wires, std::uint8_t* lanes, bool direct);
  /// Random bytes, 256 a block, to 8 lanes a block.
  void (*slice_bytes)(const std::uint8_t* bytes, std::uint8_t* lanes, std::size_t blocks);
  /// 256 lanes a block to 256 vectors of 32 bytes, in place.
  void (*transpose)(std::uint8_t* lanes, std::size_t blocks);
  /// The public functionals of 256 lanes a block, and index and parity.
  void (*functionals)(const std::uint8_t* lanes,
                      const FunctionalMatrix& matrix,
                      const FunctionalOutputs& out,
                      std::size_t blocks);
};

extern const KernelTable kPortableKernels;
#if defined(__x86_64__)
extern const KernelTable kAvx2ClmulKernels;
extern const KernelTable kAvx512GfniKernels;
#endif

}  // namespace tercet::mpc
