#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "node/session/agreement.h"
#include "node/session/node_context.h"
#include "node/session/request_runner.h"

namespace tercet::node {

/// One connected proxy: reads its frames in order and answers on the same link.
/// Threads: the service's executor only.
class ProxyLink final : public ProxySeat, public std::enable_shared_from_this<ProxyLink> {
 public:
  ProxyLink(NodeContext& context,
            RequestRunner& runner,
            AgreementRunner& agreements,
            std::shared_ptr<FrameLink> link);

  // ProxySeat
  const std::string& name() const override { return link_->peer_name(); }

  void answer(mpc::wire::ProxyFrame type, Bytes body) override;

  bool open() const override { return open_; }

  /// The proxy said that its XKS port is closed to nodes, in its last proposal of a lease; true
  /// before the first.
  bool xks_access_stated() const { return xks_access_stated_; }

  void expect_report(std::uint64_t ticket, const SessionId& sid) override;
  void enlist(std::uint64_t ticket, MuxChannel* channel) override;
  void dismiss(std::uint64_t ticket) override;

  /// Until the link closes.
  Task<void> run();
  void close();

  /// When the proxy last said anything.
  SteadyTime heard_at() const { return heard_at_; }

  /// What it last said of itself; nothing in its first moments.
  const std::optional<mpc::wire::ProxyStatus>& status() const { return status_; }

  // What it tells the service; set before run().

  /// The proxy wants a lease, so it uses none that it has.
  std::function<void()> on_leases_given_up;
  /// A lease was opened.
  std::function<void(Lease&)> on_lease;

 private:
  Status dispatch(Frame frame);
  Status begin_lease(ByteView body);
  Task<void> open_lease(mpc::wire::ProposeLease request);
  Status check_lease_request(const mpc::wire::ProposeLease& request);
  Status report(ByteView body);
  Status drop_batch(ByteView body);
  void refuse_lease(std::uint64_t ticket, const Error& error);

  NodeContext& context_;
  RequestRunner& runner_;
  AgreementRunner& agreements_;
  std::shared_ptr<FrameLink> link_;
  bool open_ = true;
  SteadyTime heard_at_;
  std::optional<mpc::wire::ProxyStatus> status_;
  bool xks_access_stated_ = true;
  unsigned leases_opening_ = 0;
  std::map<std::uint64_t, MuxChannel*> running_;
  std::map<std::uint64_t, SessionId> unreported_;  ///< what was released, by ticket
};

}  // namespace tercet::node
