#include "mpc/field/gf2_128.h"

#include "core/base/check.h"
#include "mpc/field/dispatch.h"
#include "mpc/field/kernels.h"

namespace tercet::mpc {

Block128 load_block(ByteView from) {
  TERCET_CHECK(from.size() == 16);
  return Block128{load_u64(from.first(8)), load_u64(from.subspan(8))};
}

void store_block(MutableByteView into, Block128 value) {
  TERCET_CHECK(into.size() == 16);
  store_u64(into.first(8), value.high);
  store_u64(into.subspan(8), value.low);
}

Block128 multiply(Block128 a, Block128 b) {
  return kernels().multiply(a, b);
}

Block128 square(Block128 a) {
  return multiply(a, a);
}

Block128 inverse(Block128 a) {
  TERCET_CHECK(a != kBlockZero);
  // a^(2^128 - 2): the product of a^(2^k) for k = 1..127
  Block128 power = a;
  Block128 result = kBlockOne;
  for (int k = 1; k < 128; ++k) {
    power = square(power);
    result = multiply(result, power);
  }
  return result;
}

Block128 inner_product(ByteView a, ByteView b) {
  TERCET_CHECK(a.size() == b.size() && a.size() % 16 == 0);
  return kernels().inner_product(a.data(), b.data(), a.size() / 16);
}

void multiply_each(ByteView a, ByteView b, MutableByteView out) {
  TERCET_CHECK(a.size() == b.size() && a.size() == out.size() && a.size() % 16 == 0);
  kernels().multiply_each(a.data(), b.data(), out.data(), a.size() / 16);
}

void multiply_all(Block128 factor, ByteView a, MutableByteView out) {
  TERCET_CHECK(a.size() == out.size() && a.size() % 16 == 0);
  kernels().multiply_all(factor, a.data(), out.data(), a.size() / 16);
}

void square_each(ByteView a, MutableByteView out) {
  multiply_each(a, a, out);
}

}  // namespace tercet::mpc
