#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/async/event.h"
#include "core/async/task.h"
#include "core/net/frame_link.h"
#include "core/time/clock.h"
#include "mpc/party.h"
#include "mpc/wire/proxy_messages.h"
#include "proxy/coordinator/disagreement.h"

namespace tercet::proxy {

/// What is left of a deadline as it is told to a node; at least 1.
std::uint32_t remaining_ms(Deadline until);

class Exchange;

/// What concerns no single request: links, leases, batches, heartbeats.
class NodeObserver {
 public:
  virtual ~NodeObserver() = default;
  virtual void link_up(mpc::PartyIndex node) = 0;
  virtual void link_down(mpc::PartyIndex node) = 0;
  virtual void lease_ended(mpc::PartyIndex node, const mpc::wire::LeaseEnded& message) = 0;
  virtual void batch_ready(mpc::PartyIndex node, const mpc::wire::BatchReady& message) = 0;
  virtual void node_status(mpc::PartyIndex node, const mpc::wire::NodeStatus& message) = 0;
  /// What to tell the nodes of this proxy.
  virtual mpc::wire::ProxyStatus own_status() = 0;
};

/// The proxy's links to the three nodes and the requests that wait for answers.
///
/// A request has one ticket, the same on all three links. A frame that names an unknown ticket is
/// dropped (late answers to cancelled requests are normal); one that does not parse closes the
/// link. Threads: one executor. Lifetime: exchanges end before it.
class NodeSet {
 public:
  NodeSet(asio::any_io_executor executor,
          NodeObserver& observer,
          Milliseconds silence = mpc::wire::kLinkSilence);
  ~NodeSet();
  NodeSet(const NodeSet&) = delete;
  NodeSet& operator=(const NodeSet&) = delete;

  /// Takes the link as this node's and dispatches its frames until it closes, and says why it did:
  /// link_closed, timeout (the node was silent), peer_malformed. A link that is there already is
  /// closed first.
  Task<Error> serve(mpc::PartyIndex node, std::unique_ptr<FrameLink> link);
  bool is_up(mpc::PartyIndex node) const;
  std::size_t up_count() const;
  /// Errors: link_closed, overloaded.
  Status send(mpc::PartyIndex node, mpc::wire::ProxyFrame type, const Bytes& body);
  void close_all() noexcept;

  /// Answers that came twice, of a wrong type, or did not parse, since the start.
  std::uint64_t misbehaviour_count(mpc::PartyIndex node) const;

 private:
  friend class Exchange;

  struct Port {
    std::shared_ptr<FrameLink> link;
    SteadyTime heard_at{};
    SteadyTime told_at{};  ///< when PROXY_STATUS was last said
    bool silent = false;
    std::uint64_t misbehaved = 0;
  };

  Port& port(mpc::PartyIndex node);
  const Port& port(mpc::PartyIndex node) const;
  Task<void> close_when_silent(mpc::PartyIndex node, std::shared_ptr<FrameLink> link);
  void say_status(mpc::PartyIndex node);
  bool dispatch(mpc::PartyIndex node, Frame frame);
  void drop_link(mpc::PartyIndex node, const FrameLink* link);

  asio::any_io_executor executor_;
  NodeObserver& observer_;
  Milliseconds silence_;
  const Clock& clock_;
  std::array<Port, 3> ports_;
  std::uint64_t next_ticket_ = 1;
  std::unordered_map<std::uint64_t, Exchange*> waiting_;
};

/// One request at the nodes: its ticket and what each of them said. When it ends before a node has
/// answered (deadline, client gone, verdict reached), that node is told CANCEL.
/// Threads: the node set's executor. Not movable: the set knows it by address.
class Exchange {
 public:
  /// What one node said, or that its link is lost.
  struct Reply {
    Reply() = default;
    std::optional<Frame> frame;                 ///< the type that was expected
    std::optional<mpc::wire::Refused> refused;  ///< or a refusal
    bool link_lost = false;                     ///< or nothing, for good
  };

  Exchange(NodeSet& nodes, mpc::wire::ProxyFrame expected);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  std::uint64_t ticket() const { return ticket_; }

  /// Sends to all three, or to none if a link is down. No suspension: frames of several exchanges
  /// reach every node in the same order.
  Status send_to_all(mpc::wire::ProxyFrame type, const Bytes& body);
  /// Sends to those that are up; link_closed if they are fewer than two.
  Status send_to_present(mpc::wire::ProxyFrame type, const Bytes& body);

  /// Returns when another reply has come, or with timeout.
  Task<Status> next_reply(Deadline until);
  const std::optional<Reply>& reply(mpc::PartyIndex node) const;

  /// What the replies say so far about an operation that needs all three nodes.
  ///   nothing: go on waiting;  success: all three sent the expected frame;
  ///   an error that two nodes name (peer_aborted counts for none; overloaded only once all three
  ///   have spoken); link_closed when a link is lost; when all have spoken and no two agree that of
  ///   the Disagreement.
  std::optional<Status> verdict() const;
  /// Waits for the verdict. Errors: as above, and timeout.
  Task<Status> all_three(Deadline until);

  /// When all have spoken: the one that refuses for a reason of its own, if there is one.
  std::optional<Dissent> dissent() const;

  bool refused_for(Errc reason) const;

  /// The smallest marks among the nodes that refused for `reason`: never above an honest node's.
  std::uint64_t session_mark(Errc reason) const;
  std::uint32_t vector_mark(Errc reason) const;

  /// Tells every node that was asked how the operation ended here (for their audit).
  void report(std::optional<Errc> error);

 private:
  friend class NodeSet;
  void deliver(mpc::PartyIndex node, Frame frame);
  void lose(mpc::PartyIndex node);
  std::optional<Reply>& slot(mpc::PartyIndex node);

  /// What was said so far.
  struct Tally {
    std::size_t spoken = 0;   ///< or their link is lost
    std::size_t willing = 0;  ///< sent what was expected
    bool lost = false;
    std::array<std::optional<Errc>, 3> named;  ///< reasons for refusals, but for a peer's abort
  };

  Tally tally() const;

  NodeSet& nodes_;
  mpc::wire::ProxyFrame expected_;
  std::uint64_t ticket_;
  std::array<bool, 3> asked_{};
  std::array<std::optional<Reply>, 3> replies_;
  Event changed_;
};

/// The three messages of an exchange whose verdict is success, in the order P1, P2, P3 (a vector:
/// an array of owners is an aggregate, see core/async/task.h). Errors: peer_malformed.
template <class M>
Result<std::vector<M>> decode_three(const Exchange& exchange) {
  std::vector<M> messages;
  messages.reserve(mpc::kAllParties.size());
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    TERCET_TRY(M message, M::decode(exchange.reply(node)->frame->body));
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace tercet::proxy
