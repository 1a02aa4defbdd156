// Runs the kernels on secrets that the memory checker takes for undefined (style guide 9). Whatever
// depends on a secret in a branch or an address is reported, and the run fails. Paths that valgrind
// cannot run (AVX-512) are not offered by its processor; tests/unit/mpc/field compares their
// results.

#include <valgrind/memcheck.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "core/codec/base64.h"
#include "core/crypto/hash.h"
#include "core/ct/ct.h"
#include "core/random/deterministic.h"
#include "mpc/aes/linear_layers.h"
#include "mpc/field/dispatch.h"
#include "mpc/field/kernels.h"
#include "mpc/onehot/apply.h"

namespace tercet {
namespace {

using namespace mpc;  // NOLINT(google-build-using-namespace): a test program

constexpr std::size_t kBlocks = 1;
constexpr std::size_t kCount = 37;  ///< of elements: no multiple of any width

/// Random bytes, secret as long as they live.
class Secret {
 public:
  explicit Secret(std::size_t size) : bytes_(size) {
    static DeterministicRandom random("ct");
    random.fill(bytes_);
    static_cast<void>(VALGRIND_MAKE_MEM_UNDEFINED(bytes_.data(), bytes_.size()));
  }

  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  ~Secret() { static_cast<void>(VALGRIND_MAKE_MEM_DEFINED(bytes_.data(), bytes_.size())); }

  std::uint8_t* data() { return bytes_.data(); }

  ByteView view() const { return bytes_; }

  MutableByteView span() { return bytes_; }

 private:
  Bytes bytes_;
};

Block128 secret_element() {
  Secret bytes(16);
  Block128 out;
  std::memcpy(&out, bytes.data(), sizeof out);
  return out;
}

void probe_elements(const KernelTable& kernels) {
  Secret a(16 * kCount);
  Secret b(16 * kCount);
  Secret out(16 * kCount);
  kernels.xor_into(out.data(), a.data(), 16 * kCount - 3);
  static_cast<void>(kernels.multiply(secret_element(), secret_element()));
  static_cast<void>(kernels.inner_product(a.data(), b.data(), kCount));
  kernels.multiply_each(a.data(), b.data(), out.data(), kCount);
  kernels.multiply_all(secret_element(), a.data(), out.data(), kCount);
  kernels.fold(kBlockTwo, a.data(), b.data(), out.data(), kCount);
  Secret more(2 * 16 * kCount);
  const SharedRow row{more.data(), more.data()};
  HalfSums sums{};
  kernels.halves(row, row, kCount, sums);
}

void probe_one_hot(const KernelTable& kernels) {
  Secret bytes(kBlockVectors * kBlocks);
  Secret random(8 * kLaneBytes * kBlocks);
  Secret first(kFirstGates * kLaneBytes * kBlocks);
  Secret second(kSecondGates * kLaneBytes * kBlocks);
  Secret outer(kOuterGates * kLaneBytes * kBlocks);
  Secret lanes(kBlockVectors * kLaneBytes * kBlocks);
  kernels.slice_bytes(bytes.data(), random.data(), kBlocks);
  const WireView wires{random.data(),
                       random.data(),
                       first.data(),
                       first.data(),
                       second.data(),
                       second.data(),
                       kBlocks,
                       ~std::uint64_t{0},
                       0};
  kernels.first_layer(wires, first.data());
  kernels.second_layer(wires, second.data());
  kernels.outer_layer(wires, outer.data(), false);
  kernels.complete(
      {random.data(), first.data(), second.data(), outer.data(), kBlocks, ~std::uint64_t{0}},
      lanes.data(),
      false);
  const auto matrix = std::make_unique<FunctionalMatrix>();
  Secret sums(3 * 16 * kBlockVectors * kBlocks);
  Secret linear(kLinearRows * kLaneBytes * kBlocks);
  std::uint8_t* const a = sums.data();
  constexpr std::size_t kStep = 16 * kBlockVectors * kBlocks;
  kernels.functionals(lanes.data(), *matrix, {a, a + kStep, a + 2 * kStep, linear.data()}, kBlocks);
  kernels.transpose(lanes.data(), kBlocks);
  Secret out(kBlockVectors);
  const std::vector<std::uint8_t> offsets(kBlockVectors, 0x5a);  // opened values are public
  kernels.apply_table(
      lanes.data(), offsets.data(), aes_sbox_table().masks().data(), out.data(), kBlockVectors);
}

void probe_rest() {
  Secret states(16 * kCount);
  Secret round_key(16);
  shift_mix_add(states.span(), round_key.view());
  shift_add(states.span(), round_key.view());
  Secret row(16 * kCount);
  square_each(states.view(), row.span());
  Shake256 shake;
  std::array<std::uint8_t, 300> digest{};
  shake.absorb(states.view());
  shake.squeeze(digest);
  const std::uint8_t same = ct::equal_mask(states.view(), row.view());
  Secret chosen(16 * kCount);
  ct::select(same, chosen.span(), states.view(), row.view());
  static_cast<void>(base64_encode_wiping(states.view()));
}

/// What the checker must report: a branch, or an address, that depends on a secret.
void leak(std::string_view how) {
  Secret secret(256);
  static std::array<volatile std::uint8_t, 256> table{};
  for (const std::uint8_t byte : secret.view()) {
    if (how == "index") {
      table.data()[byte] = 1;
    } else if (byte > 7) {
      std::fputs(".", stderr);
    }
  }
}

}  // namespace
}  // namespace tercet

int main(int argc, char** argv) {
  if (RUNNING_ON_VALGRIND == 0) {
    std::fputs("ct-probe: run it under valgrind\n", stderr);
    return 2;
  }
  if (argc > 1) {
    tercet::leak(argv[1]);
    return 0;
  }
  static_cast<void>(tercet::mpc::aes_sbox_table());
  for (const tercet::mpc::CpuPath path : tercet::mpc::kAllCpuPaths) {
    if (!tercet::mpc::cpu_supports(path)) {
      continue;
    }
    const std::string_view name = tercet::mpc::cpu_path_name(path);
    std::fprintf(stderr, "%.*s\n", static_cast<int>(name.size()), name.data());
    tercet::mpc::use_cpu_path(path);
    tercet::probe_elements(tercet::mpc::kernels_of(path));
    tercet::probe_one_hot(tercet::mpc::kernels_of(path));
    tercet::probe_rest();
  }
  return 0;
}
