#include "proxy/coordinator/node_set.h"

#include <algorithm>

#include "core/async/deadline.h"
#include "core/async/task_group.h"
#include "core/time/executor_clock.h"

namespace tercet::proxy {

using mpc::PartyIndex;
using mpc::wire::ProxyFrame;

namespace {

constexpr std::size_t kTicketBytes = 8;

std::size_t index_of(PartyIndex node) {
  return mpc::number(node) - 1U;
}

}  // namespace

std::uint32_t remaining_ms(Deadline until) {
  const auto left = std::clamp<Milliseconds::rep>(until.remaining().count(), 1, 60'000);
  return static_cast<std::uint32_t>(left);
}

NodeSet::NodeSet(asio::any_io_executor executor, NodeObserver& observer, Milliseconds silence)
    : executor_(std::move(executor)),
      observer_(observer),
      silence_(silence),
      clock_(clock_of(executor_)) {}

NodeSet::~NodeSet() {
  close_all();
  TERCET_CHECK(waiting_.empty());
}

NodeSet::Port& NodeSet::port(PartyIndex node) {
  return ports_[index_of(node)];
}

const NodeSet::Port& NodeSet::port(PartyIndex node) const {
  return ports_[index_of(node)];
}

Task<Error> NodeSet::serve(PartyIndex node, std::unique_ptr<FrameLink> link) {
  const std::shared_ptr<FrameLink> mine = std::move(link);
  if (port(node).link) {
    drop_link(node, port(node).link.get());
  }
  port(node).link = mine;
  port(node).heard_at = clock_.now();
  port(node).silent = false;
  observer_.link_up(node);
  TaskGroup watching(executor_);
  watching.spawn(close_when_silent(node, mine));
  std::optional<Error> why;
  while (!why) {
    Result<Frame> frame = co_await mine->receive();
    if (!frame) {
      why = std::move(frame).error();
    } else if (port(node).link != mine) {
      why = Error(Errc::link_closed, "link to a node: another one took its place");
    } else if (!dispatch(node, std::move(frame).value())) {
      ++port(node).misbehaved;
      why = Error(Errc::peer_malformed, "link to a node: it sent what has no place here");
    }
  }
  if (port(node).link == mine && port(node).silent) {
    why = Error(Errc::timeout, "link to a node: nothing came for 3 s")
              .hint("the node is stopped, or the way to it is cut");
  }
  drop_link(node, mine.get());
  watching.close();
  co_await watching.join();
  co_return std::move(*why);
}

Task<void> NodeSet::close_when_silent(PartyIndex node, std::shared_ptr<FrameLink> link) {
  while (port(node).link == link) {
    const Deadline until = Deadline::at(clock_, port(node).heard_at + silence_);
    if (until.passed()) {
      port(node).silent = true;
      link->close();
      co_return;
    }
    const Status slept = co_await sleep_for(until.remaining());
    if (!slept) {
      co_return;
    }
  }
}

/// The node judges the link by what comes, as this side does.
void NodeSet::say_status(PartyIndex node) {
  const SteadyTime now = clock_.now();
  if (now - port(node).told_at >= mpc::wire::kProxyStatusInterval) {
    port(node).told_at = now;
    // A link that cannot take it is closing: its reader sees that.
    static_cast<void>(send(node, ProxyFrame::proxy_status, observer_.own_status().encode()));
  }
}

void NodeSet::drop_link(PartyIndex node, const FrameLink* link) {
  if (!port(node).link || port(node).link.get() != link) {
    return;
  }
  const std::shared_ptr<FrameLink> gone = std::move(port(node).link);
  port(node).link.reset();
  gone->close();
  for (const auto& [ticket, exchange] : waiting_) {
    exchange->lose(node);
  }
  observer_.link_down(node);
}

bool NodeSet::dispatch(PartyIndex node, Frame frame) {
  port(node).heard_at = clock_.now();
  switch (static_cast<ProxyFrame>(frame.type)) {
    case ProxyFrame::lease_ended: {
      const Result<mpc::wire::LeaseEnded> message = mpc::wire::LeaseEnded::decode(frame.body);
      if (message) {
        observer_.lease_ended(node, *message);
      }
      return message.ok();
    }
    case ProxyFrame::batch_ready: {
      const Result<mpc::wire::BatchReady> message = mpc::wire::BatchReady::decode(frame.body);
      if (message) {
        observer_.batch_ready(node, *message);
      }
      return message.ok();
    }
    case ProxyFrame::node_status: {
      const Result<mpc::wire::NodeStatus> message = mpc::wire::NodeStatus::decode(frame.body);
      if (message) {
        say_status(node);
        observer_.node_status(node, *message);
      }
      return message.ok();
    }
    case ProxyFrame::lease_opened:
    case ProxyFrame::refused:
    case ProxyFrame::answer:
    case ProxyFrame::slots_made:
    case ProxyFrame::tag_released:
    case ProxyFrame::keystream_released: {
      if (frame.body.size() < kTicketBytes) {
        return false;
      }
      const auto found = waiting_.find(load_u64(ByteView(frame.body).first(kTicketBytes)));
      if (found != waiting_.end()) {
        found->second->deliver(node, std::move(frame));
      }
      return true;
    }
    default:
      return false;  // a frame that only proxies send, or none of ours
  }
}

bool NodeSet::is_up(PartyIndex node) const {
  return port(node).link != nullptr;
}

std::size_t NodeSet::up_count() const {
  return static_cast<std::size_t>(
      std::count_if(ports_.begin(), ports_.end(), [](const Port& port) { return !!port.link; }));
}

Status NodeSet::send(PartyIndex node, ProxyFrame type, const Bytes& body) {
  if (!port(node).link) {
    return Error(Errc::link_closed, "send to a node: there is no link to it now");
  }
  return port(node).link->send(Frame(static_cast<std::uint8_t>(type), body));
}

void NodeSet::close_all() noexcept {
  for (Port& port : ports_) {
    if (port.link) {
      port.link->close();
    }
  }
}

std::uint64_t NodeSet::misbehaviour_count(PartyIndex node) const {
  return port(node).misbehaved;
}

Exchange::Exchange(NodeSet& nodes, ProxyFrame expected)
    : nodes_(nodes), expected_(expected), ticket_(nodes.next_ticket_++), changed_(nodes.executor_) {
  nodes_.waiting_.emplace(ticket_, this);
}

Exchange::~Exchange() {
  nodes_.waiting_.erase(ticket_);
  mpc::wire::Cancel cancel;
  cancel.ticket = ticket_;
  for (const PartyIndex node : mpc::kAllParties) {
    if (asked_[index_of(node)] && !reply(node) && nodes_.is_up(node)) {
      // A link that cannot take it is closing: the node then drops the session by itself.
      static_cast<void>(nodes_.send(node, ProxyFrame::cancel, cancel.encode()));
    }
  }
}

Status Exchange::send_to_all(ProxyFrame type, const Bytes& body) {
  if (nodes_.up_count() < mpc::kAllParties.size()) {
    return Error(Errc::link_closed, "ask the nodes: not all three are linked");
  }
  for (const PartyIndex node : mpc::kAllParties) {
    asked_[index_of(node)] = true;
    TERCET_TRY_STATUS(nodes_.send(node, type, body));
  }
  return ok_status();
}

Status Exchange::send_to_present(ProxyFrame type, const Bytes& body) {
  std::size_t sent = 0;
  for (const PartyIndex node : mpc::kAllParties) {
    asked_[index_of(node)] = true;
    if (nodes_.send(node, type, body)) {
      ++sent;
    } else {
      lose(node);
    }
  }
  if (sent < 2) {
    return Error(Errc::link_closed, "ask the nodes: fewer than two are linked");
  }
  return ok_status();
}

std::optional<Exchange::Reply>& Exchange::slot(PartyIndex node) {
  return replies_[index_of(node)];
}

const std::optional<Exchange::Reply>& Exchange::reply(PartyIndex node) const {
  return replies_[index_of(node)];
}

void Exchange::deliver(PartyIndex node, Frame frame) {
  if (slot(node) || !asked_[index_of(node)]) {
    ++nodes_.port(node).misbehaved;  // twice, or never asked
    return;
  }
  Reply reply;
  if (frame.type == static_cast<std::uint8_t>(expected_)) {
    reply.frame = std::move(frame);
  } else {
    mpc::wire::Refused refusal;
    refusal.ticket = ticket_;
    refusal.reason = Errc::peer_malformed;
    if (frame.type == static_cast<std::uint8_t>(ProxyFrame::refused)) {
      Result<mpc::wire::Refused> decoded = mpc::wire::Refused::decode(frame.body);
      if (decoded) {
        refusal = *decoded;
      }
    }
    if (refusal.reason == Errc::peer_malformed) {
      ++nodes_.port(node).misbehaved;
    }
    reply.refused = refusal;
  }
  slot(node) = std::move(reply);
  changed_.set();
}

void Exchange::lose(PartyIndex node) {
  if (!slot(node) && asked_[index_of(node)]) {
    Reply reply;
    reply.link_lost = true;
    slot(node) = std::move(reply);
    changed_.set();
  }
}

Task<Status> Exchange::next_reply(Deadline until) {
  Status woken = co_await changed_.wait_until(until);
  changed_.reset();
  co_return woken;
}

Exchange::Tally Exchange::tally() const {
  Tally out;
  for (const PartyIndex node : mpc::kAllParties) {
    const std::optional<Reply>& said = reply(node);
    if (!said) {
      continue;
    }
    ++out.spoken;
    out.lost = out.lost || said->link_lost;
    out.willing += said->frame ? 1U : 0U;
    if (said->refused && said->refused->reason != Errc::peer_aborted) {
      out.named[index_of(node)] = said->refused->reason;
    }
  }
  return out;
}

std::optional<Status> Exchange::verdict() const {
  const auto [spoken, willing, lost, named] = tally();
  if (willing == mpc::kAllParties.size()) {
    return ok_status();
  }
  for (std::size_t i = 0; i < named.size(); ++i) {
    // "Too much load" is said by all three or by none: a node that hangs fills up the others.
    if (named[i] == Errc::overloaded && (lost || spoken < mpc::kAllParties.size())) {
      continue;
    }
    if (named[i] && named[i] == named[(i + 1) % named.size()]) {
      return Status(Error(*named[i], "the request was refused by two nodes"));
    }
  }
  if (lost) {
    return Status(Error(Errc::link_closed, "ask the nodes: the link to one of them broke"));
  }
  if (spoken == mpc::kAllParties.size()) {
    return Status(judge(named).error());
  }
  return std::nullopt;
}

std::optional<Dissent> Exchange::dissent() const {
  const Tally all = tally();
  const bool whole = all.spoken == mpc::kAllParties.size() && !all.lost;
  return whole ? judge(all.named).alone : std::nullopt;
}

Task<Status> Exchange::all_three(Deadline until) {
  while (true) {
    std::optional<Status> so_far = verdict();
    if (so_far) {
      co_return std::move(*so_far);
    }
    Status woken = co_await next_reply(until);
    if (!woken) {
      co_return woken;
    }
  }
}

bool Exchange::refused_for(Errc reason) const {
  return std::any_of(replies_.begin(), replies_.end(), [&](const std::optional<Reply>& reply) {
    return reply && reply->refused && reply->refused->reason == reason;
  });
}

std::uint64_t Exchange::session_mark(Errc reason) const {
  std::uint64_t smallest = std::numeric_limits<std::uint64_t>::max();
  for (const std::optional<Reply>& said : replies_) {
    if (said && said->refused && said->refused->reason == reason) {
      smallest = std::min(smallest, said->refused->session_mark);
    }
  }
  return smallest == std::numeric_limits<std::uint64_t>::max() ? 0 : smallest;
}

std::uint32_t Exchange::vector_mark(Errc reason) const {
  std::uint32_t smallest = std::numeric_limits<std::uint32_t>::max();
  for (const std::optional<Reply>& said : replies_) {
    if (said && said->refused && said->refused->reason == reason) {
      smallest = std::min(smallest, said->refused->vector_mark);
    }
  }
  return smallest == std::numeric_limits<std::uint32_t>::max() ? 0 : smallest;
}

void Exchange::report(std::optional<Errc> error) {
  mpc::wire::Report message;
  message.ticket = ticket_;
  message.error = error;
  const Bytes body = message.encode();
  for (const PartyIndex node : mpc::kAllParties) {
    // Only an audit note: a node that cannot be reached misses it.
    static_cast<void>(nodes_.send(node, ProxyFrame::report, body));
  }
}

}  // namespace tercet::proxy
