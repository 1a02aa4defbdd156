#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/time/clock.h"

namespace tercet::kms {

/// What the command line says; the defaults are AWS's behaviour where it is known.
/// Source: kms-front-end reference, section 22.
class KmsOptions {
 public:
  KmsOptions() = default;
  std::string listen;
  std::string region = "us-east-1";
  std::string account = "111122223333";
  std::string state_folder;  ///< empty: memory only
  std::vector<std::string> xks_ca;
  std::map<std::string, std::string> connect_to;  ///< "host:443" to "address:port"
  bool strict = false;
  std::string mtls_certificate;
  std::string mtls_key;
  Milliseconds xks_timeout{250};
  unsigned xks_retries = 1;
  Milliseconds connect_delay{300};
  Milliseconds health_interval{60'000};
  std::size_t inner_overhead_bytes = 152;
  std::uint64_t store_quota_per_second = 0;  ///< 0: none
  std::uint64_t seconds_per_day = 86'400;
  std::string identities_file;
  bool require_identity = false;
  std::string events_file;
  bool help = false;
};

/// Errors: invalid_argument with a sentence for the terminal.
Result<KmsOptions> parse_options(const std::vector<std::string>& words);

std::string options_help();

}  // namespace tercet::kms
