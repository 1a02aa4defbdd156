#include "node/cli/nearest_id.h"

#include <algorithm>

namespace tercet::cli {
namespace {

constexpr std::size_t kSlipsMax = 2;

/// Optimal string alignment: the fewest insertions, deletions, changes and exchanges of neighbours.
std::size_t slips_between(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> slips(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        slips[i][j] = i + j;
        continue;
      }
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      slips[i][j] =
          std::min({slips[i - 1][j] + 1, slips[i][j - 1] + 1, slips[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        slips[i][j] = std::min(slips[i][j], slips[i - 2][j - 2] + 1);
      }
    }
  }
  return slips[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> nearest_id(std::string_view written,
                                      const std::vector<std::string>& ids) {
  std::optional<std::string> nearest;
  std::size_t fewest = std::min(kSlipsMax, written.empty() ? 0 : (written.size() - 1) / 2) + 1;
  for (const std::string& id : ids) {
    const std::size_t longer = std::max(id.size(), written.size());
    if (longer - std::min(id.size(), written.size()) >= fewest) {
      continue;
    }
    if (const std::size_t slips = slips_between(written, id); slips < fewest) {
      fewest = slips;
      nearest = id;
    }
  }
  return nearest;
}

}  // namespace tercet::cli
