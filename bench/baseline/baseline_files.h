#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tercet::bench {

/// What a baseline server keeps in its folder.
class BaselineFiles {
 public:
  BaselineFiles() = default;
  std::string directory;
  std::string certificate;
  std::string private_key;
  std::string ca;
  std::string access_key_id;
  std::string secret;
  std::string key_file;
  Bytes key;

  std::string dev_json() const { return directory + "/dev.json"; }
};

inline constexpr const char* kBaselineUriPath = "/baseline/kms/xks/v1";
inline constexpr const char* kBaselineRegion = "us-east-1";
inline constexpr const char* kBaselineKey = "bench";

/// Makes everything anew in a folder that is empty or not there. Errors: already_exists, io_error,
/// crypto_failure.
Result<BaselineFiles> make_baseline_files(const std::string& directory);

/// Writes dev.json, which tercet-bench reads. Errors: already_exists, io_error.
Status write_dev_json(const BaselineFiles& files, std::uint16_t port);

}  // namespace tercet::bench
