#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/time/clock.h"

namespace tercet::bench {

/// What is asked of the cluster.
enum class Operation { encrypt, decrypt_cold, decrypt_repeat, mixed };

std::string_view operation_name(Operation operation);
std::optional<Operation> parse_operation(std::string_view name);

inline constexpr std::size_t kPlaintextBytesMin = 32;
inline constexpr std::size_t kPlaintextBytesMax = 4096;

/// The options of one call of tercet-bench.
class LoadOptions {
 public:
  LoadOptions() = default;

  std::string dev_file;
  Operation operation = Operation::encrypt;
  double rate = 0;  ///< requests a second
  double seconds = 10;
  double warm_up_seconds = 2;
  double settle_seconds = 30;  ///< at most
  std::size_t plaintext_bytes = 96;
  std::size_t connections = 16;
  std::size_t repeat_count = 64;  ///< ciphertexts of decrypt-repeat
  Milliseconds timeout{1000};
  std::string key = "bench";
  std::string label;
  std::string plot_file;
  std::vector<std::string> from_files;  ///< plot these reports instead of measuring
  bool json = false;
  bool help = false;
};

/// Errors: invalid_argument; the text names the option.
Result<LoadOptions> parse_options(const std::vector<std::string>& words);

std::string usage();

}  // namespace tercet::bench
