#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "core/async/deadline.h"
#include "core/ct/ct.h"
#include "core/secret/access.h"
#include "mpc/prf/pair_secret.h"
#include "node/link/link_setup.h"

namespace tercet::node {

namespace detail {

inline constexpr std::size_t kSeedBytes = 32;
inline constexpr std::size_t kBindingBytes = 32;

/// Seed of the pair secret, then the key of the confirmation, of two generations that were offered.
SecretBytes derive(const LinkIdentity& identity,
                   mpc::PartyIndex peer,
                   const OfferedGeneration& mine,
                   const OfferedGeneration& theirs);

inline Frame frame_of(PeerFrame type, Bytes body) {
  return Frame(static_cast<std::uint8_t>(type), std::move(body));
}

}  // namespace detail

template <class D>
Hello BasicLinkSetup<D>::make_hello(const GenerationId& own, std::uint64_t session_count) {
  OfferedGeneration offer;
  offer.generation = own;
  offer.session_count = session_count;
  offer.known = record_.generation_.value_or(GenerationId());
  offer.echo = record_.watch_.newest_of_peer();
  offer.challenge = record_.watch_.issue(random_);
  offer.contribution.resize(kContributionBytes);
  random_.fill(offer.contribution);
  offer.held = record_.secret_name();
  Hello hello;
  hello.cluster = identity_.cluster;
  hello.membership = identity_.membership.number;
  hello.sender = number(identity_.self);
  hello.generations.push_back(std::move(offer));
  return hello;
}

template <class D>
Status BasicLinkSetup<D>::check_hello(const Hello& hello) {
  if (hello.cluster != identity_.cluster) {
    return Error(Errc::denied, "link set-up: the peer belongs to another cluster")
        .hint("compare cluster ids in the cluster files");
  }
  if (hello.membership != identity_.membership.number) {
    return Error(Errc::denied,
                 "link set-up: the peer knows membership " +
                     std::to_string(hello.membership.value()) + " of the cluster, this node " +
                     std::to_string(identity_.membership.number.value()))
        .hint("give all nodes the same cluster file");
  }
  if (hello.sender != number(record_.peer())) {
    return Error(Errc::denied, "link set-up: the peer says another number than its certificate");
  }
  return ok_status();
}

template <class D>
Status BasicLinkSetup<D>::check_generation(const OfferedGeneration& offer) {
  if (D::refuse_ended && record_.has_ended(offer.generation)) {
    peer_ended_ = true;
    return Error(Errc::wrong_state, "link set-up: that generation of the peer has ended");
  }
  return ok_status();
}

template <class D>
Status BasicLinkSetup<D>::look_at_watch(const OfferedGeneration& offer, RollbackWatch& watch) {
  const WatchVerdict verdict = watch.see(offer.session_count, offer.echo, offer.challenge);
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
Status BasicLinkSetup<D>::check_confirm(const Confirm& confirm,
                                        const detail::SetupTranscript& transcript) {
  if constexpr (!D::signed_confirm) {
    return ok_status();
  }
  const Member& peer = identity_.membership.member(record_.peer());
  if (!peer.signing_key.verify(transcript.signed_text(record_.peer()), confirm.signature)) {
    return Error(Errc::denied, "link set-up: the peer's signature does not hold on this link")
        .hint(
            "the peer's signing key is not the one of the cluster file, or somebody sits between "
            "the nodes with a certificate of the link authority");
  }
  return ok_status();
}

template <class D>
Task<Result<SetupOutcome>> BasicLinkSetup<D>::run(GenerationId own,
                                                  std::uint64_t session_count,
                                                  Deadline until) {
  detail::SetupTranscript transcript(identity_, record_.peer(), link_.channel_binding());
  if (link_.channel_binding().size() != detail::kBindingBytes) {
    co_return Error(Errc::denied, "link set-up: the link has no channel binding to sign");
  }
  const std::shared_ptr<const mpc::PairSecret> held = record_.secret_;
  const Hello my_hello = make_hello(own, session_count);
  const OfferedGeneration& mine = my_hello.generations.front();
  const Bytes my_bytes = my_hello.encode();
  TERCET_CO_TRY_STATUS(link_.send(detail::frame_of(PeerFrame::hello, my_bytes)));

  // hop 1: HELLO
  TERCET_CO_TRY(Frame hello_frame, co_await with_deadline(link_.receive(), until));
  if (hello_frame.type != static_cast<std::uint8_t>(PeerFrame::hello)) {
    co_return Error(Errc::peer_malformed, "link set-up: the first frame is no HELLO");
  }
  TERCET_CO_TRY(Hello their_hello, Hello::decode(hello_frame.body));
  TERCET_CO_TRY_STATUS(check_hello(their_hello));
  version_ = their_hello.common_version();
  const OfferedGeneration* const matching = their_hello.offer_of(mine.refresh);
  if (matching == nullptr) {
    co_return Error(Errc::wrong_state, "link set-up: the peer serves shares of another refresh");
  }
  OfferedGeneration theirs = *matching;
  TERCET_CO_TRY_STATUS(check_generation(theirs));
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
  SecretBytes derived;
  SecretBytes confirm_key;
  if (keep) {
    confirm_key = record_.confirm_key_.clone();
  } else {
    derived = detail::derive(identity_, record_.peer(), mine, theirs);
    confirm_key = SecretBytes::copy_of(
        derived.expose(SecretAccess::grant()).subspan(detail::kSeedBytes, detail::kSeedBytes));
  }
  transcript.set_hellos(my_bytes, hello_frame.body);
  Confirm confirm;
  confirm.macs.push_back(transcript.mac(confirm_key, identity_.self));
  confirm.signature = identity_.signing_key->sign(transcript.signed_text(identity_.self));
  TERCET_CO_TRY_STATUS(link_.send(detail::frame_of(PeerFrame::confirm, confirm.encode())));

  // hop 2: CONFIRM
  TERCET_CO_TRY(Frame confirm_frame, co_await with_deadline(link_.receive(), until));
  if (confirm_frame.type != static_cast<std::uint8_t>(PeerFrame::confirm)) {
    co_return Error(Errc::peer_malformed, "link set-up: the second frame is no CONFIRM");
  }
  TERCET_CO_TRY(Confirm answer, Confirm::decode(confirm_frame.body));
  const auto expected = transcript.mac(confirm_key, record_.peer());
  if (answer.macs.size() != 1 || !ct::equal(answer.macs.front(), expected)) {
    co_return Error(Errc::protocol_abort, "link set-up: the confirmation does not match");
  }
  TERCET_CO_TRY_STATUS(check_confirm(answer, transcript));
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
