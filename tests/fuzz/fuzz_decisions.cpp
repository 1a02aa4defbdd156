// What nodes say of joint decisions, and what they keep of them. First byte: which. Oracle: one
// encoding for each.
#include "node/decision/decision_record.h"
#include "node/decision/news.h"
#include "tests/fuzz/message_check.h"

using namespace tercet::node;  // NOLINT(google-build-using-namespace): fuzz body

FUZZ_TARGET(decisions, input) {
  using tercet::fuzz::re_encodes;
  constexpr tercet::fuzz::Target::Body kChecks[] = {re_encodes<DecisionNews>,
                                                    re_encodes<DecisionRecord>};
  tercet::fuzz::check_by_first_byte(kChecks, input);
}
