#pragma once

#include <string>

#include "core/log/log.h"

/// Parts that several configuration files share.
namespace tercet {

/// PEM files of one's own certificate.
class TlsFiles {
 public:
  TlsFiles() = default;
  std::string certificate;  ///< with its chain
  std::string private_key;

  bool empty() const { return certificate.empty(); }
};

class LogSettings {
 public:
  LogSettings() = default;
  LogLevel level = LogLevel::info;
  std::string file;  ///< empty: standard error
};

}  // namespace tercet
