#pragma once

#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "mpc/field/dispatch.h"

/// Tests run once for each CPU path: INSTANTIATE_TEST_SUITE_P(EveryPath, X,
/// ::testing::ValuesIn(mpc::kAllCpuPaths), cpu_path_test_name), and first thing in SetUp:
#define TERCET_SKIP_WITHOUT(path)                                                            \
  if (!::tercet::mpc::cpu_supports(path)) {                                                  \
    GTEST_SKIP() << "this CPU lacks instructions of " << ::tercet::mpc::cpu_path_name(path); \
  }                                                                                          \
  static_cast<void>(0)

namespace tercet::mpc {

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
inline void PrintTo(CpuPath path, std::ostream* out) {
  *out << cpu_path_name(path);
}

}  // namespace tercet::mpc

namespace tercet::test {

inline std::string cpu_path_test_name(const ::testing::TestParamInfo<mpc::CpuPath>& info) {
  return std::string(mpc::cpu_path_name(info.param));
}

/// Makes kernels() those of `path` while it lives.
class UseCpuPath {
 public:
  explicit UseCpuPath(mpc::CpuPath path) : before_(mpc::chosen_cpu_path()) {
    mpc::use_cpu_path(path);
  }

  UseCpuPath(const UseCpuPath&) = delete;
  UseCpuPath& operator=(const UseCpuPath&) = delete;

  ~UseCpuPath() { mpc::use_cpu_path(before_); }

 private:
  mpc::CpuPath before_;
};

}  // namespace tercet::test
