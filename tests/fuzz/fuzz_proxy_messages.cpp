// Frames between proxy and node: first byte the frame type, then its body.
// Oracle: what decodes is the only encoding of what it decodes to.
#include "mpc/wire/proxy_messages.h"
#include "tests/fuzz/message_check.h"

using namespace tercet::mpc::wire;  // NOLINT(google-build-using-namespace): fuzz body

FUZZ_TARGET(proxy_messages, input) {
  using tercet::fuzz::re_encodes;
  constexpr tercet::fuzz::Target::Body kChecks[] = {re_encodes<ProposeLease>,
                                                    re_encodes<LeaseOpened>,
                                                    re_encodes<LeaseEnded>,
                                                    re_encodes<BatchReady>,
                                                    re_encodes<Authenticate>,
                                                    re_encodes<Answer>,
                                                    re_encodes<MakeSlots>,
                                                    re_encodes<SlotsMade>,
                                                    re_encodes<EncryptRequest>,
                                                    re_encodes<DecryptRequest>,
                                                    re_encodes<Cancel>,
                                                    re_encodes<BatchSpent>,
                                                    re_encodes<Report>,
                                                    re_encodes<Refused>,
                                                    re_encodes<TagReleased>,
                                                    re_encodes<KeystreamReleased>,
                                                    re_encodes<NodeStatus>,
                                                    re_encodes<ProxyStatus>};
  tercet::fuzz::check_by_first_byte(kChecks, input);
}
