#include "node/link/session_mux.h"

#include <algorithm>
#include <utility>

#include "core/time/executor_clock.h"

namespace tercet::node {

namespace {

constexpr std::size_t kFrameOverheadBytes = 96;

std::size_t slot_of(mpc::PartyIndex party) {
  return mpc::number(party);
}

LeaseId lease_of(const std::optional<LeaseStep>& step) {
  return step ? step->lease : LeaseId();
}

}  // namespace

MuxChannel::MuxChannel(SessionMux& mux,
                       const SessionId& sid,
                       std::optional<LeaseStep> lease_step,
                       Deadline until)
    : mux_(mux), sid_(sid), lease_step_(lease_step), until_(until), wake_(mux.executor()) {}

MuxChannel::~MuxChannel() {
  if (!finished_) {
    abort(failure_ ? failure_->code() : Errc::closed);
  }
  for (const mpc::PartyIndex from : mpc::kAllParties) {
    for (const auto& [step, payload] : inboxes_[slot_of(from)]) {
      mux_.inbox_bytes_[slot_of(from)] -= payload.size() + kFrameOverheadBytes;
    }
  }
  mux_.forget(*this);
}

mpc::PartyIndex MuxChannel::self() const {
  return mux_.self();
}

void MuxChannel::send(mpc::PartyIndex to, mpc::Step step, Bytes payload) {
  FrameLink* link = mux_.link(to);
  if (failure_ || link == nullptr) {
    return;  // shows at the next receive
  }
  SessionFrame frame;
  frame.sid = sid_;
  frame.lease_step = lease_step_;
  frame.step = step;
  frame.payload = std::move(payload);
  if (Status sent =
          link->send(Frame(static_cast<std::uint8_t>(PeerFrame::session), frame.encode()));
      !sent) {
    fail(std::move(sent).error());
  }
}

Task<Result<Bytes>> MuxChannel::receive(mpc::PartyIndex from, mpc::Step step) {
  Inbox& inbox = inboxes_[slot_of(from)];
  for (;;) {
    if (failure_) {
      co_return *failure_;  // whatever came before: nothing is built on it any more
    }
    if (!inbox.empty()) {
      if (!(inbox.front().first == step)) {
        fail(
            Error(Errc::peer_malformed, "receive: the peer sent another step than the protocol's"));
        co_return *failure_;
      }
      Bytes payload = std::move(inbox.front().second);
      inbox.pop_front();
      mux_.inbox_bytes_[slot_of(from)] -= payload.size() + kFrameOverheadBytes;
      co_return payload;
    }
    if (mux_.link(from) == nullptr) {
      fail(Error(Errc::link_closed, "receive: no link to the peer"));
      co_return *failure_;
    }
    if (until_.passed()) {
      fail(Error(Errc::peer_timeout, "receive: the session's deadline passed"));
      co_return *failure_;
    }
    wake_.reset();
    const Status woken = co_await wake_.wait_until(until_);
    if (!woken.ok() && woken.error().code() == Errc::closed) {
      fail(Error(Errc::closed, "receive: the session was cancelled"));
    }
  }
}

void MuxChannel::abort(Errc reason) {
  if (aborted_ || finished_) {
    return;
  }
  aborted_ = true;
  // A reason of its own check only; after a peer's ABORT just that (protocol.md 2).
  mux_.send_abort(sid_, lease_step_, reason);
  fail(Error(reason, "the session was aborted here"));
}

void MuxChannel::fail(Error error) {
  if (!failure_) {
    failure_.emplace(std::move(error));
    wake_.set();
  }
}

void MuxChannel::deliver(mpc::PartyIndex from, SessionFrame frame) {
  if (failure_) {
    return;  // nobody will read it
  }
  std::size_t& held = mux_.inbox_bytes_[slot_of(from)];
  const std::size_t size = frame.payload.size() + kFrameOverheadBytes;
  if (held + size > SessionMux::kInboxBytesMax) {
    fail(Error(Errc::peer_malformed, "receive: the peer sends more than is read"));
    return;
  }
  held += size;
  inboxes_[slot_of(from)].emplace_back(frame.step, std::move(frame.payload));
  wake_.set();
}

SessionMux::SessionMux(asio::any_io_executor executor, mpc::PartyIndex self)
    : executor_(executor), monotonic_(clock_of(executor)), self_(self) {}

void SessionMux::set_link(mpc::PartyIndex peer, FrameLink* link) {
  links_[slot_of(peer)] = link;
  if (link == nullptr) {
    fail_all(Error(Errc::link_closed, "session: the link to a peer closed"));
    std::erase_if(early_, [&](const auto& entry) { return entry.first.first == number(peer); });
    std::erase_if(early_bytes_,
                  [&](const auto& entry) { return entry.first.first == number(peer); });
  }
}

FrameLink* SessionMux::link(mpc::PartyIndex peer) const {
  return links_[slot_of(peer)];
}

Result<std::unique_ptr<MuxChannel>> SessionMux::open(const SessionId& sid,
                                                     std::optional<LeaseStep> lease_step,
                                                     Deadline until) {
  if (channels_.contains(sid)) {
    return Error(Errc::already_exists, "open a session: its id is in use");
  }
  auto channel = std::make_unique<MuxChannel>(*this, sid, lease_step, until);
  channels_.emplace(sid, channel.get());
  if (lease_step) {
    by_step_[*lease_step] = channel.get();
  }
  // What the peers sent before this node knew the session.
  for (const mpc::PartyIndex from : mpc::kAllParties) {
    const EarlyKey key(number(from), lease_of(lease_step));
    const auto found = early_.find(key);
    if (found == early_.end()) {
      continue;
    }
    std::deque<EarlyFrame> rest;
    std::size_t rest_bytes = 0;
    for (EarlyFrame& early : found->second) {
      const auto& step = early.frame ? early.frame->lease_step : early.abort->lease_step;
      const SessionId& early_sid = early.frame ? early.frame->sid : early.abort->sid;
      const bool same_step = lease_step && step && *step == *lease_step;
      if (early_sid == sid && early.frame) {
        channel->deliver(from, std::move(*early.frame));
      } else if (early.abort && (early_sid == sid || same_step)) {
        channel->fail(Error(Errc::peer_aborted, "session: a peer aborted"));
      } else if (same_step) {
        channel->fail(Error(Errc::session_mismatch, "session: a peer works on another sid"));
      } else {
        rest_bytes += early.bytes;
        rest.push_back(std::move(early));
      }
    }
    if (rest.empty()) {
      early_.erase(found);
      early_bytes_.erase(key);
    } else {
      found->second = std::move(rest);
      early_bytes_[key] = rest_bytes;
    }
  }
  return channel;
}

Status SessionMux::on_session_frame(mpc::PartyIndex from, ByteView body) {
  TERCET_TRY(SessionFrame frame, SessionFrame::decode(body));
  if (const auto found = channels_.find(frame.sid); found != channels_.end()) {
    if (found->second->lease_step_ != frame.lease_step) {
      found->second->fail(
          Error(Errc::session_mismatch, "session: a peer names another lease step"));
    } else {
      found->second->deliver(from, std::move(frame));
    }
    return ok_status();
  }
  if (frame.lease_step) {
    if (const auto found = by_step_.find(*frame.lease_step); found != by_step_.end()) {
      if (on_event) {
        on_event(from, found->second->sid_, Errc::session_mismatch);
      }
      found->second->fail(Error(Errc::session_mismatch, "session: a peer works on another sid"));
      return ok_status();
    }
  }
  const LeaseId lease = lease_of(frame.lease_step);
  EarlyFrame early{from, monotonic_.now(), std::nullopt, std::nullopt, 0};
  early.bytes = frame.payload.size() + kFrameOverheadBytes;
  early.frame = std::move(frame);
  return hold(std::move(early), lease);
}

Status SessionMux::on_abort_frame(mpc::PartyIndex from, ByteView body) {
  TERCET_TRY(AbortFrame frame, AbortFrame::decode(body));
  MuxChannel* channel = nullptr;
  if (const auto found = channels_.find(frame.sid); found != channels_.end()) {
    channel = found->second;
  } else if (frame.lease_step) {
    if (const auto step = by_step_.find(*frame.lease_step); step != by_step_.end()) {
      channel = step->second;
    }
  }
  if (channel != nullptr) {
    if (on_event) {
      on_event(from, channel->sid_, frame.reason);
    }
    channel->fail(Error(Errc::peer_aborted, "session: a peer aborted"));
    return ok_status();
  }
  const LeaseId lease = lease_of(frame.lease_step);
  EarlyFrame early{from, monotonic_.now(), std::nullopt, frame, 0};
  early.bytes = kFrameOverheadBytes;
  return hold(std::move(early), lease);
}

void SessionMux::send_abort(const SessionId& sid,
                            const std::optional<LeaseStep>& step,
                            Errc reason) {
  AbortFrame frame;
  frame.sid = sid;
  frame.lease_step = step;
  frame.reason = reason;
  for (const mpc::PartyIndex peer : {mpc::next(self_), mpc::previous(self_)}) {
    if (FrameLink* to = link(peer); to != nullptr) {
      // A link that cannot take it is closing: the peer then learns of the end by that.
      static_cast<void>(
          to->send(Frame(static_cast<std::uint8_t>(PeerFrame::abort), frame.encode())));
    }
  }
}

void SessionMux::drop_stale(SteadyTime now) {
  for (auto entry = early_.begin(); entry != early_.end();) {
    std::deque<EarlyFrame>& frames = entry->second;
    while (!frames.empty() && now - frames.front().arrived > kEarlyAge) {
      early_bytes_[entry->first] -= frames.front().bytes;
      frames.pop_front();
    }
    if (frames.empty()) {
      early_bytes_.erase(entry->first);
      entry = early_.erase(entry);
    } else {
      ++entry;
    }
  }
}

Status SessionMux::hold(EarlyFrame early, const LeaseId& lease) {
  drop_stale(early.arrived);
  const EarlyKey key(number(early.from), lease);
  // What is too much is dropped: its session will time out, no other one is hurt.
  if (!early_.contains(key) && early_leases(early.from) >= kEarlyLeasesMax) {
    return ok_status();
  }
  std::size_t& held = early_bytes_[key];
  if (held + early.bytes > kEarlyBytesMax) {
    return ok_status();
  }
  held += early.bytes;
  early_[key].push_back(std::move(early));
  return ok_status();
}

std::size_t SessionMux::early_leases(mpc::PartyIndex from) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      early_, [&](const auto& entry) { return entry.first.first == number(from); }));
}

void SessionMux::forget(MuxChannel& channel) {
  channels_.erase(channel.sid_);
  if (channel.lease_step_) {
    const auto found = by_step_.find(*channel.lease_step_);
    if (found != by_step_.end() && found->second == &channel) {
      by_step_.erase(found);
    }
  }
}

void SessionMux::fail_all(Error error) {
  for (auto& [sid, channel] : channels_) {
    channel->fail(error);
  }
}

}  // namespace tercet::node
