#include "proxy/daemon/node_dialer.h"

#include <algorithm>

#include "core/async/deadline.h"
#include "core/net/connector.h"
#include "core/net/tls_frame_link.h"
#include "core/time/executor_clock.h"

namespace tercet::proxy {
namespace {

constexpr Milliseconds kConnectLimit{3000};
constexpr Milliseconds kBackOffMin{100};
constexpr Milliseconds kBackOffMax{2000};

Task<Result<std::unique_ptr<ByteStream>>> dial(const NodeDialerOptions& options) {
  TERCET_CO_TRY(TlsClientContext context, TlsClientContext::for_links(options.tls));
  TlsPeer peer(options.node_id, "node");
  const Deadline until = co_await deadline_in(kConnectLimit);
  co_return co_await connect_link(options.address, std::move(context), std::move(peer), until);
}

}  // namespace

Task<void> keep_linked(asio::any_io_executor executor,
                       NodeSet& nodes,
                       NodeDialerOptions options,
                       Logger log) {
  const Clock& clock = clock_of(executor);
  Milliseconds back_off = kBackOffMin;
  bool told = false;
  while (true) {
    Result<std::unique_ptr<ByteStream>> stream = co_await dial(options);
    if (stream) {
      log.info("node_link_up", field("node", public_text(options.node_id)));
      std::unique_ptr<FrameLink> link =
          make_frame_link(executor, std::move(stream).value(), FrameLimits::for_requests());
      const SteadyTime since = clock.now();
      co_await nodes.serve(options.node, std::move(link));
      log.warn("node_link_down", field("node", public_text(options.node_id)));
      told = false;
      if (clock.now() - since > kBackOffMax) {
        back_off = kBackOffMin;
      }
    } else if (!told) {
      log.warn("node_unreachable",
               field("node", public_text(options.node_id)),
               field("cause", stream.error()));
      told = true;  // once per outage
    }
    Status slept = co_await sleep_for(back_off);
    if (!slept) {
      co_return;
    }
    back_off = std::min(back_off * 2, kBackOffMax);
  }
}

}  // namespace tercet::proxy
