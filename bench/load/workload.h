#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/options.h"
#include "bench/load/test_key.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/http/http_message.h"

namespace tercet::bench {

/// One request before it is signed, and what its answer must be.
class Call {
 public:
  Call() = default;
  std::string path;  ///< below the store's
  Bytes body;
  bool encrypts = false;
  Bytes plaintext;
  Bytes aad;  ///< of an Encrypt
};

/// Makes the calls of one run, one after the other, and judges their answers. Threads: one.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual Call next() = 0;

  /// Empty if the answer is a 200 that says what it should; else the error's name.
  virtual std::string judge(const Call& call, const HttpResponse& response) = 0;

  /// Calls to make once before the warm-up.
  virtual std::size_t priming_calls() const { return 0; }
};

/// Makes keys and ciphertexts, for so many calls in all. Errors: those of KnownKey::obtain and
/// make_joint_key.
Result<std::unique_ptr<Workload>> make_workload(const LoadOptions& options,
                                                const ClusterFile& cluster,
                                                std::size_t calls);

/// The name of an error answer: errorName of the XKS API, or "http_STATUS".
std::string error_name_of(const HttpResponse& response);

}  // namespace tercet::bench
