#include "proxy/daemon/node_dialer.h"

#include <utility>

#include "core/async/deadline.h"
#include "core/net/connector.h"
#include "core/net/tls_frame_link.h"

namespace tercet::proxy {
namespace {

constexpr Milliseconds kConnectLimit{3000};

Task<Result<std::unique_ptr<ByteStream>>> dial(const NodeDialerOptions& options) {
  TERCET_CO_TRY(TlsClientContext context, TlsClientContext::for_links(options.tls()));
  TlsPeer peer = options.peer();
  const Deadline until = co_await deadline_in(kConnectLimit);
  co_return co_await connect_link(options.address, std::move(context), std::move(peer), until);
}

}  // namespace

NodeDialer::NodeDialer(asio::any_io_executor executor,
                       NodeSet& nodes,
                       NodeDialerOptions options,
                       Logger log)
    : executor_(std::move(executor)),
      nodes_(&nodes),
      options_(std::move(options)),
      log_(std::move(log)) {}

Task<Result<std::unique_ptr<FrameLink>>> NodeDialer::connect() {
  Result<std::unique_ptr<ByteStream>> stream = co_await dial(options_);
  if (!stream) {
    if (!told_) {
      log_.warn("node_unreachable",
                field("node", public_text(options_.node_id)),
                field("cause", stream.error()));
      told_ = true;
    }
    co_return std::move(stream).error();
  }
  co_return make_frame_link(executor_, std::move(stream).value(), FrameLimits::for_requests());
}

Task<void> NodeDialer::serve(std::unique_ptr<FrameLink> link) {
  log_.info("node_link_up", field("node", public_text(options_.node_id)));
  const Error why = co_await nodes_->serve(options_.node, std::move(link));
  log_.warn("node_link_down", field("node", public_text(options_.node_id)), field("cause", why));
  told_ = false;
}

}  // namespace tercet::proxy
