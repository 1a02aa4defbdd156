// Frames between proxy and node: first byte the frame type, then its body.
// Oracle: what decodes is the only encoding of what it decodes to.
#include <cstdlib>

#include "mpc/wire/proxy_messages.h"

namespace {

using namespace tercet;             // NOLINT(google-build-using-namespace): fuzz body
using namespace tercet::mpc::wire;  // NOLINT(google-build-using-namespace): fuzz body

template <class M>
void check(ByteView body) {
  const Result<M> decoded = M::decode(body);
  if (decoded && decoded->encode() != to_bytes(body)) {
    std::abort();
  }
}

using Check = void (*)(ByteView);
constexpr Check kChecks[] = {check<ProposeLease>,
                             check<LeaseOpened>,
                             check<LeaseEnded>,
                             check<BatchReady>,
                             check<Authenticate>,
                             check<Answer>,
                             check<MakeSlots>,
                             check<SlotsMade>,
                             check<EncryptRequest>,
                             check<DecryptRequest>,
                             check<Cancel>,
                             check<Report>,
                             check<Refused>,
                             check<TagReleased>,
                             check<KeystreamReleased>,
                             check<NodeStatus>};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 1024 * 1024) {
    return 0;
  }
  kChecks[data[0] % std::size(kChecks)](ByteView(data, size).subspan(1));
  return 0;
}
