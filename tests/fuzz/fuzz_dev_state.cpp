// The file in which `tercet dev` remembers its cluster. Oracle: what was read, printed anew, is
// read as the same.
#include "node/cli/dev_layout.h"
#include "tests/fuzz/fuzz_target.h"

FUZZ_TARGET(dev_state, input) {
  using tercet::cli::DevState;
  using tercet::fuzz::require;
  const auto read = DevState::parse(std::string(tercet::as_text(input)));
  if (!read) {
    return;
  }
  const auto again = DevState::parse(read->print());
  require(again && again->print() == read->print(), "printed anew it is the same");
  require(again->ports == read->ports && again->cluster_id == read->cluster_id, "nothing is lost");
}
