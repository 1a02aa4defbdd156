#include "node/cli/keys_not_made.h"

#include <algorithm>

#include "node/cli/arguments.h"
#include "node/cli/key_commands.h"
#include "node/cli/output.h"

namespace tercet::cli {
namespace {

/// All that were under way when a node was lost, and no list of thousands.
constexpr std::size_t kNamedMax = kSideBySideMax;

}  // namespace

void KeysNotMade::ended(const KeyId& key, int exit_code) {
  ++ended_;
  if (exit_code != kExitDone) {
    exit_code_ = std::max(exit_code_, exit_code);
    failed_.push_back(key.text());
  }
}

std::string KeysNotMade::text(const std::vector<node::CreateKey>& wanted) const {
  std::string out = std::to_string(failed_.size() + wanted.size() - ended_) + " of " +
                    std::to_string(wanted.size()) + " keys were not made: ";
  for (std::size_t i = 0; i < std::min(failed_.size(), kNamedMax); ++i) {
    out += (i == 0 ? "" : ", ") + failed_[i];
  }
  out += failed_.size() > kNamedMax ? ", ..." : "";
  if (ended_ < wanted.size()) {
    const std::string first = wanted[ended_].key.text();
    const std::string last = wanted.back().key.text();
    out += "; not begun: " + (first == last ? first : first + " to " + last);
  }
  return out;
}

int KeysNotMade::tell(const std::vector<node::CreateKey>& wanted, const std::string& call) const {
  if (failed_.empty()) {
    return kExitDone;
  }
  return fail(exit_code_,
              text(wanted),
              "mend what is said above; what is missing is then made by the same call: " + call);
}

}  // namespace tercet::cli
