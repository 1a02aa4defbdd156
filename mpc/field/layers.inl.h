#pragma once

// The layers that make vectors, bit-sliced, compiled once for each CPU path: the including .cpp
// decides by its flags how wide the machine's registers are. Everything sits in an unnamed
// namespace, so that no function built for one instruction set is shared with another.
//
// A lane is one bit of each of 256 vectors. Constant time: straight-line XOR and AND; every index
// and loop bound is public.

#include <bit>
#include <cstring>

#include "core/base/bytes.h"
#include "mpc/field/kernels.h"

namespace tercet::mpc {
namespace {

static_assert(std::endian::native == std::endian::little, "lanes are words of 64 vectors");

using Lane = std::uint64_t __attribute__((vector_size(32)));
// Components come from byte buffers of any alignment. A typedef: in an alias clang passes over
// `aligned`, and then takes the buffers for aligned.
typedef std::uint64_t LaneInMemory __attribute__((vector_size(32), aligned(1), may_alias));
static_assert(alignof(LaneInMemory) == 1);

inline const LaneInMemory* lanes_at(const std::uint8_t* bytes, std::size_t lane) {
  return reinterpret_cast<const LaneInMemory*>(bytes + lane * kLaneBytes);
}

inline LaneInMemory* lanes_at(std::uint8_t* bytes, std::size_t lane) {
  return reinterpret_cast<LaneInMemory*>(bytes + lane * kLaneBytes);
}

template <class T>
struct Scratch {
  T value;

  Scratch() { std::memset(&value, 0, sizeof value); }

  ~Scratch() { wipe(&value, sizeof value); }

  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
};

void xor_into(std::uint8_t* into, const std::uint8_t* from, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    into[i] = static_cast<std::uint8_t>(into[i] ^ from[i]);
  }
}

/// One component's 2-bit one-hots w (low bits) and t (high bits) of a nibble x0..x3, and from them
/// and 9 products its 4-bit one-hot u[4i + j] = t[i] w[j]; the rest by linearity.
struct Pairs {
  Lane low[4];
  Lane high[4];
};

inline void expand_pairs(const LaneInMemory* bits,
                         const LaneInMemory* products,
                         std::uint64_t one,
                         Pairs& out) {
  const Lane ones = {one, one, one, one};
  for (std::size_t half = 0; half < 2; ++half) {
    Lane* w = half == 0 ? out.low : out.high;
    const Lane x0 = bits[2 * half];
    const Lane x1 = bits[2 * half + 1];
    const Lane both = products[half];
    w[3] = both;
    w[1] = x0 ^ both;
    w[2] = x1 ^ both;
    w[0] = ones ^ x0 ^ x1 ^ both;
  }
}

inline void expand_nibble(const Pairs& pairs, const LaneInMemory* products, Lane* u) {
  for (std::size_t i = 1; i < 4; ++i) {
    Lane row = pairs.high[i];
    for (std::size_t j = 1; j < 4; ++j) {
      u[4 * i + j] = products[3 * (i - 1) + (j - 1)];
      row ^= u[4 * i + j];
    }
    u[4 * i] = row;
  }
  Lane corner = pairs.high[0];
  for (std::size_t j = 1; j < 4; ++j) {
    u[j] = pairs.low[j] ^ u[4 + j] ^ u[8 + j] ^ u[12 + j];
    corner ^= u[j];
  }
  u[0] = corner;
}

/// z ^= x_own (y_own ^ y_next) ^ x_next y_own: the local part of a product (protocol.md 3).
#define TERCET_LOCAL_PRODUCT(z, x_own, x_next, y_own, y_next) \
  ((z) ^= ((x_own) & ((y_own) ^ (y_next))) ^ ((x_next) & (y_own)))

void first_layer(const WireView& wires, std::uint8_t* z) {
  for (std::size_t block = 0; block < wires.blocks; ++block) {
    const LaneInMemory* own = lanes_at(wires.random_own, block * 8);
    const LaneInMemory* next = lanes_at(wires.random_next, block * 8);
    LaneInMemory* out = lanes_at(z, block * kFirstGates);
    // gates: low nibble x0x1, x2x3; high nibble x0x1, x2x3
    for (std::size_t gate = 0; gate < kFirstGates; ++gate) {
      const std::size_t x = 2 * gate;
      TERCET_LOCAL_PRODUCT(out[gate], own[x], next[x], own[x + 1], next[x + 1]);
    }
  }
}

void second_layer(const WireView& wires, std::uint8_t* z) {
  Scratch<Pairs> own;
  Scratch<Pairs> next;
  for (std::size_t block = 0; block < wires.blocks; ++block) {
    for (std::size_t nibble = 0; nibble < 2; ++nibble) {
      expand_pairs(lanes_at(wires.random_own, block * 8 + 4 * nibble),
                   lanes_at(wires.first_own, block * kFirstGates + 2 * nibble),
                   wires.one_own,
                   own.value);
      expand_pairs(lanes_at(wires.random_next, block * 8 + 4 * nibble),
                   lanes_at(wires.first_next, block * kFirstGates + 2 * nibble),
                   wires.one_next,
                   next.value);
      LaneInMemory* out = lanes_at(z, block * kSecondGates + 9 * nibble);
      for (int i = 1; i < 4; ++i) {
        for (int j = 1; j < 4; ++j) {
          LaneInMemory& gate = out[3 * (i - 1) + (j - 1)];
          TERCET_LOCAL_PRODUCT(
              gate, own.value.high[i], next.value.high[i], own.value.low[j], next.value.low[j]);
        }
      }
    }
  }
}

struct Nibbles {
  Lane v[16];  ///< of the low nibble
  Lane u[16];  ///< of the high nibble
};

inline void expand_nibbles(const std::uint8_t* random,
                           const std::uint8_t* first,
                           const std::uint8_t* second,
                           std::size_t block,
                           std::uint64_t one,
                           Pairs& pairs,
                           Nibbles& out) {
  for (std::size_t nibble = 0; nibble < 2; ++nibble) {
    expand_pairs(lanes_at(random, block * 8 + 4 * nibble),
                 lanes_at(first, block * kFirstGates + 2 * nibble),
                 one,
                 pairs);
    expand_nibble(
        pairs, lanes_at(second, block * kSecondGates + 9 * nibble), nibble == 0 ? out.v : out.u);
  }
}

void outer_layer(const WireView& wires, std::uint8_t* z, bool direct) {
  const std::size_t first = direct ? 0 : 1;
  const std::size_t gates = direct ? kDirectOuterGates : kOuterGates;
  Scratch<Pairs> pairs;
  Scratch<Nibbles> own;
  Scratch<Nibbles> next;
  for (std::size_t block = 0; block < wires.blocks; ++block) {
    expand_nibbles(wires.random_own,
                   wires.first_own,
                   wires.second_own,
                   block,
                   wires.one_own,
                   pairs.value,
                   own.value);
    expand_nibbles(wires.random_next,
                   wires.first_next,
                   wires.second_next,
                   block,
                   wires.one_next,
                   pairs.value,
                   next.value);
    LaneInMemory* gate = lanes_at(z, block * gates);
    for (std::size_t a = first; a < 16; ++a) {
      const Lane x_own = own.value.u[a];
      const Lane x_next = next.value.u[a];
      for (std::size_t b = first; b < 16; ++b) {
        TERCET_LOCAL_PRODUCT(*gate, x_own, x_next, own.value.v[b], next.value.v[b]);
        ++gate;
      }
    }
  }
}

#undef TERCET_LOCAL_PRODUCT

void complete(const ComponentWires& wires, std::uint8_t* lanes, bool direct) {
  if (direct) {
    std::memcpy(lanes, wires.outer, wires.blocks * kDirectOuterGates * kLaneBytes);
    return;
  }
  Scratch<Pairs> pairs;
  Scratch<Nibbles> nibbles;
  for (std::size_t block = 0; block < wires.blocks; ++block) {
    expand_nibbles(
        wires.random, wires.first, wires.second, block, wires.one, pairs.value, nibbles.value);
    const LaneInMemory* outer = lanes_at(wires.outer, block * kOuterGates);
    LaneInMemory* e = lanes_at(lanes, block * 256);
    // e[a][0] = u[a] ^ XOR_b e[a][b];  e[0][b] = v[b] ^ XOR_a e[a][b];  the corner last
    for (std::size_t b = 1; b < 16; ++b) {
      e[b] = nibbles.value.v[b];
    }
    for (std::size_t a = 1; a < 16; ++a) {
      Lane row = nibbles.value.u[a];
      for (std::size_t b = 1; b < 16; ++b) {
        const Lane product = *outer++;
        e[16 * a + b] = product;
        e[b] ^= product;
        row ^= product;
      }
      e[16 * a] = row;
    }
    Lane corner = nibbles.value.u[0];
    for (std::size_t b = 1; b < 16; ++b) {
      corner ^= e[b];
    }
    e[0] = corner;
  }
}

}  // namespace
}  // namespace tercet::mpc
