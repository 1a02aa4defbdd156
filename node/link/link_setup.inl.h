#pragma once

#include <utility>

#include "core/async/deadline.h"
#include "core/ct/ct.h"
#include "core/secret/access.h"
#include "mpc/prf/pair_secret.h"
#include "node/link/link_setup.h"

namespace tercet::node {

namespace detail {

inline constexpr std::size_t kSeedBytes = 32;

/// Seed of the pair secret, then the key of the confirmation.
SecretBytes derive(const PeerRecord& record, const Hello& lower, const Hello& higher);
std::array<std::uint8_t, 32> confirmation(const SecretBytes& key,
                                          std::uint8_t sender,
                                          ByteView lower,
                                          ByteView higher);

inline Frame frame_of(PeerFrame type, Bytes body) {
  return Frame(static_cast<std::uint8_t>(type), std::move(body));
}

}  // namespace detail

template <class D>
Status BasicLinkSetup<D>::check_hello(const Hello& hello) {
  if (hello.cluster != record_.cluster()) {
    return Error(Errc::denied, "link set-up: the peer belongs to another cluster")
        .hint("compare cluster ids in the cluster files");
  }
  if (hello.sender != number(record_.peer())) {
    return Error(Errc::denied, "link set-up: the peer says another number than its certificate");
  }
  if (D::refuse_ended && record_.has_ended(hello.generation)) {
    peer_ended_ = true;
    return Error(Errc::wrong_state, "link set-up: that generation of the peer has ended");
  }
  return ok_status();
}

template <class D>
Status BasicLinkSetup<D>::look_at_watch(const Hello& hello, RollbackWatch& watch) {
  const WatchVerdict verdict = watch.see(hello.session_count, hello.echo, hello.challenge);
  if constexpr (!D::watch_rollbacks) {
    return ok_status();
  }
  switch (verdict) {
    case WatchVerdict::fine:
      return ok_status();
    case WatchVerdict::peer_rolled_back:
      peer_ended_ = true;
      break;
    case WatchVerdict::self_rolled_back:
      self_ended_ = true;
      break;
  }
  return Error(Errc::wrong_state, "link set-up: counts or challenges went backwards")
      .hint("a memory image was resumed; the generation starts anew by itself");
}

template <class D>
Task<Result<SetupOutcome>> BasicLinkSetup<D>::run(GenerationId own,
                                                  std::uint64_t session_count,
                                                  Deadline until) {
  const std::shared_ptr<const mpc::PairSecret> held = record_.secret_;
  Hello mine;
  mine.cluster = record_.cluster();
  mine.sender = number(record_.self());
  mine.generation = own;
  mine.session_count = session_count;
  mine.known = record_.generation_.value_or(GenerationId());
  mine.echo = record_.watch_.newest_of_peer();
  mine.challenge = record_.watch_.issue(random_);
  mine.contribution.resize(32);
  random_.fill(mine.contribution);
  mine.held = record_.secret_name();
  const Bytes my_hello = mine.encode();
  TERCET_CO_TRY_STATUS(link_.send(detail::frame_of(PeerFrame::hello, my_hello)));

  // hop 1: HELLO
  TERCET_CO_TRY(Frame hello_frame, co_await with_deadline(link_.receive(), until));
  if (hello_frame.type != static_cast<std::uint8_t>(PeerFrame::hello)) {
    co_return Error(Errc::peer_malformed, "link set-up: the first frame is no HELLO");
  }
  TERCET_CO_TRY(Hello theirs, Hello::decode(hello_frame.body));
  TERCET_CO_TRY_STATUS(check_hello(theirs));
  const bool same_generation = record_.generation_ == theirs.generation;
  RollbackWatch fresh_watch = record_.watch_;
  if (!same_generation) {
    fresh_watch.forget_peer();
  }
  if (theirs.known != own) {
    theirs.echo = Challenge{};  // of a generation of ours that is gone
  }
  TERCET_CO_TRY_STATUS(look_at_watch(theirs, fresh_watch));

  const bool keep = same_generation && held && mine.held == theirs.held;
  const bool i_am_lower = number(record_.self()) < number(record_.peer());
  const Hello& lower = i_am_lower ? mine : theirs;
  const Hello& higher = i_am_lower ? theirs : mine;
  SecretBytes derived;
  SecretBytes confirm_key;
  if (keep) {
    confirm_key = record_.confirm_key_.clone();
  } else {
    derived = detail::derive(record_, lower, higher);
    confirm_key = SecretBytes::copy_of(
        derived.expose(SecretAccess::grant()).subspan(detail::kSeedBytes, detail::kSeedBytes));
  }
  const ByteView lower_bytes = i_am_lower ? ByteView(my_hello) : ByteView(hello_frame.body);
  const ByteView higher_bytes = i_am_lower ? ByteView(hello_frame.body) : ByteView(my_hello);
  Confirm confirm;
  confirm.mac = detail::confirmation(confirm_key, mine.sender, lower_bytes, higher_bytes);
  TERCET_CO_TRY_STATUS(link_.send(detail::frame_of(PeerFrame::confirm, confirm.encode())));

  // hop 2: CONFIRM
  TERCET_CO_TRY(Frame confirm_frame, co_await with_deadline(link_.receive(), until));
  if (confirm_frame.type != static_cast<std::uint8_t>(PeerFrame::confirm)) {
    co_return Error(Errc::peer_malformed, "link set-up: the second frame is no CONFIRM");
  }
  TERCET_CO_TRY(Confirm answer, Confirm::decode(confirm_frame.body));
  const auto expected = detail::confirmation(confirm_key, theirs.sender, lower_bytes, higher_bytes);
  if (!ct::equal(answer.mac, expected)) {
    co_return Error(Errc::protocol_abort, "link set-up: the confirmation does not match");
  }
  if (record_.secret_ != held) {
    co_return Error(Errc::closed, "link set-up: another link to the peer was set up meanwhile");
  }
  if (!same_generation && record_.generation_) {
    record_.ended_.insert(*record_.generation_);
  }
  record_.generation_ = theirs.generation;
  record_.watch_ = std::move(fresh_watch);
  if (keep) {
    co_return SetupOutcome::kept;
  }
  record_.secret_ = std::make_shared<const mpc::PairSecret>(
      SecretBytes::copy_of(derived.expose(SecretAccess::grant()).first(detail::kSeedBytes)));
  record_.confirm_key_ = std::move(confirm_key);
  co_return SetupOutcome::new_secret;
}

}  // namespace tercet::node
