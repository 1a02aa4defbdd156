#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

namespace tercet::test {

/// Bytes to look for, in every form in which a program may write them: as they are, in hexadecimal
/// of either case, and in Base64 wherever in a longer text they begin.
class Needle {
 public:
  /// At least 8 bytes, so that it is not found by chance.
  Needle(std::string what, ByteView bytes);

  const std::string& what() const { return what_; }

  /// The form found, or empty.
  std::string found_in(std::string_view text) const;

 private:
  std::string what_;
  std::vector<std::pair<std::string, std::string>> forms_;  ///< name, bytes
};

/// Whether the bytes stand in the text. (memmem: fast on whole memories.)
bool contains(std::string_view text, ByteView bytes);

std::string read_whole_file(const std::string& path);

}  // namespace tercet::test
