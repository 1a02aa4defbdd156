#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "node/command/kinds/create_key.h"

namespace tercet::cli {

/// Of several keys that one call was to make: which it did not make.
class KeysNotMade {
 public:
  KeysNotMade() = default;

  /// Keys are begun in the order in which they are wanted, and end in any.
  void ended(const KeyId& key, int exit_code);

  /// Names at the end, on standard error, what was not made, and the call that makes it (`call`,
  /// given again). Says nothing if all were. Returns the exit code.
  int tell(const std::vector<node::CreateKey>& wanted, const std::string& call) const;

  /// What is told first: which failed, and which were not begun.
  std::string text(const std::vector<node::CreateKey>& wanted) const;

 private:
  std::size_t ended_ = 0;
  int exit_code_ = 0;
  std::vector<std::string> failed_;
};

}  // namespace tercet::cli
