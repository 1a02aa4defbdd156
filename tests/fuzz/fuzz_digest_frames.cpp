// What nodes say to find in what they differ. First byte: which. Oracles: one encoding for each; an
// exchange takes no answer that it did not ask for.
#include "node/link/digest_exchange.h"
#include "tests/fuzz/message_check.h"

using namespace tercet::node;  // NOLINT(google-build-using-namespace): fuzz body

namespace {

void answers_unasked(tercet::ByteView body) {
  const tercet::Result<DigestAnswer> answer = DigestAnswer::decode(body);
  if (!answer) {
    return;
  }
  const DigestIndex index;
  const DigestView view(index);
  DigestExchange exchange({&view, &view, &view});
  tercet::fuzz::require(!exchange.on_answer(*answer), "nothing was asked");
}

}  // namespace

FUZZ_TARGET(digest_frames, input) {
  using tercet::fuzz::re_encodes;
  constexpr tercet::fuzz::Target::Body kChecks[] = {re_encodes<DigestRoots>,
                                                    re_encodes<DigestQuestion>,
                                                    re_encodes<DigestAnswer>,
                                                    answers_unasked};
  tercet::fuzz::check_by_first_byte(kChecks, input);
}
