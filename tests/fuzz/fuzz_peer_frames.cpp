// What nodes say to each other: link set-up, heartbeats, proposals, session frames, news of
// decisions and plans of key sessions. First byte: which. Oracle: one encoding for each message.
#include "node/decision/news.h"
#include "node/keymaking/key_plan.h"
#include "node/link/hello.h"
#include "node/link/peer_frames.h"
#include "tests/fuzz/message_check.h"

using namespace tercet::node;  // NOLINT(google-build-using-namespace): fuzz body

FUZZ_TARGET(peer_frames, input) {
  using tercet::fuzz::re_encodes;
  constexpr tercet::fuzz::Target::Body kChecks[] = {re_encodes<Hello>,
                                                    re_encodes<Confirm>,
                                                    re_encodes<Heartbeat>,
                                                    re_encodes<PairNameNews>,
                                                    re_encodes<Proposal>,
                                                    re_encodes<SessionFrame>,
                                                    re_encodes<AbortFrame>,
                                                    re_encodes<BulkHello>,
                                                    re_encodes<CommandIds>,
                                                    re_encodes<DecisionNews>,
                                                    re_encodes<KeyPlan>};
  tercet::fuzz::check_by_first_byte(kChecks, input);
}
