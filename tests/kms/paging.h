#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/kms/input.h"

/// Limit, Marker, Truncated, NextMarker. A marker says after which entry to go on, so that a list
/// that changes between pages neither skips nor repeats what was there throughout.
/// Source:  kms-front-end reference, section 14.
namespace tercet::kms {

/// The sort position of what has a sequence number.
std::string position_of(std::uint64_t sequence);

class Page {
 public:
  /// Reads Limit and Marker; the usual number of entries, and the most that one page may have.
  Page(Input& input, std::string_view list_name, std::size_t usual, std::size_t most);

  /// `entries` are positions with what to print. The answer has the list under `member`,
  /// Truncated, and NextMarker if there is more. Errors: InvalidMarkerException.
  Answer cut(const char* member, std::vector<std::pair<std::string, Json>> entries) const;

 private:
  std::string list_name_;
  std::size_t limit_;
  std::string marker_;
};

}  // namespace tercet::kms
