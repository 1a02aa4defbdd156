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
  offer.challenge = record_.watch_.offer(random_);
  offer.contribution = SecretBytes::random(kContributionBytes, random_);
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
WatchVerdict BasicLinkSetup<D>::judge(const OfferedGeneration& offer,
                                      const GenerationId& own,
                                      RollbackWatch& watch) const {
  if (D::refuse_ended && record_.has_ended(offer.generation)) {
    return WatchVerdict::peer_rolled_back;
  }
  if (record_.generation_ != offer.generation) {
    watch.forget_peer();
  }
  // A challenge of a generation of ours that is gone says nothing of this one.
  const Challenge echo = offer.known == own ? offer.echo : Challenge{};
  const WatchVerdict verdict = watch.see(offer.session_count, echo, offer.challenge);
  return D::watch_rollbacks ? verdict : WatchVerdict::fine;
}

template <class D>
Status BasicLinkSetup<D>::act_on(WatchVerdict verdict,
                                 bool self_over,
                                 const GenerationId& offered) {
  if (verdict == WatchVerdict::peer_rolled_back) {
    ended_generation_ = offered;
  }
  self_ended_ = self_over || verdict == WatchVerdict::self_rolled_back;
  if (!ended_generation_ && !self_ended_) {
    return ok_status();
  }
  return Error(Errc::wrong_state,
               self_ended_ ? "link set-up: this node's generation has ended"
                           : "link set-up: that generation of the peer has ended")
      .hint("a memory image was resumed; the generation starts anew by itself");
}

template <class D>
Status BasicLinkSetup<D>::check_confirm(const Confirm& confirm,
                                        const detail::SetupTranscript& transcript) {
  if constexpr (!D::signed_confirm) {
    return ok_status();
  }
  const Member& peer = identity_.membership.member(record_.peer());
  if (!peer.signing_key.verify(transcript.signed_text(record_.peer(), confirm.receiver_over),
                               confirm.signature)) {
    return Error(Errc::denied, "link set-up: the peer's signature does not hold on this link")
        .hint(
            "the peer's signing key is not the one of the cluster file, or somebody sits between "
            "the nodes with a certificate of the link authority");
  }
  return ok_status();
}

template <class D>
Status BasicLinkSetup<D>::check_not_overtaken(std::uint64_t changes_before) const {
  if (D::refuse_overtaken && record_.changes_ != changes_before) {
    return Error(Errc::closed, "link set-up: another link to the peer was set up meanwhile");
  }
  return ok_status();
}

template <class D>
SetupOutcome BasicLinkSetup<D>::keep(const OfferedGeneration& theirs,
                                     SecretBytes derived,
                                     SecretBytes confirm_key) {
  if (record_.generation_ && record_.generation_ != theirs.generation) {
    record_.note_ended(*record_.generation_);
  }
  record_.generation_ = theirs.generation;
  ++record_.changes_;
  if (derived.empty()) {
    return SetupOutcome::kept;
  }
  record_.secret_ = std::make_shared<const mpc::PairSecret>(
      SecretBytes::copy_of(derived.expose(SecretAccess::grant()).first(detail::kSeedBytes)));
  record_.confirm_key_ = std::move(confirm_key);
  return SetupOutcome::new_secret;
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
  const std::optional<GenerationId> met = record_.generation_;
  const std::uint64_t changes_before = record_.changes_;
  const Hello my_hello = make_hello(own, session_count);
  const OfferedGeneration& mine = my_hello.generations.front();
  Bytes my_bytes = my_hello.encode();
  const WipeGuard wipe_mine(my_bytes);
  TERCET_CO_TRY_STATUS(link_.send(detail::frame_of(PeerFrame::hello, my_bytes)));

  // hop 1: HELLO
  TERCET_CO_TRY(Frame hello_frame, co_await with_deadline(link_.receive(), until));
  const WipeGuard wipe_theirs(hello_frame.body);
  if (hello_frame.type != static_cast<std::uint8_t>(PeerFrame::hello)) {
    co_return Error(Errc::peer_malformed, "link set-up: the first frame is no HELLO");
  }
  TERCET_CO_TRY(const Hello their_hello, Hello::decode(hello_frame.body));
  TERCET_CO_TRY_STATUS(check_hello(their_hello));
  TERCET_CO_TRY_STATUS(check_not_overtaken(changes_before));
  version_ = their_hello.common_version();
  const OfferedGeneration* const matching = their_hello.offer_of(mine.refresh);
  if (matching == nullptr) {
    co_return Error(Errc::wrong_state, "link set-up: the peer serves shares of another refresh");
  }
  const OfferedGeneration& theirs = *matching;
  RollbackWatch preview = record_.watch_;
  const WatchVerdict first_look = judge(theirs, own, preview);
  if constexpr (!D::confirm_before_verdict) {
    TERCET_CO_TRY_STATUS(act_on(first_look, false, theirs.generation));
  }

  SecretBytes derived;
  SecretBytes confirm_key;
  if (met == theirs.generation && held && mine.held == theirs.held) {
    confirm_key = record_.confirm_key_.clone();
  } else {
    derived = detail::derive(identity_, record_.peer(), mine, theirs);
    confirm_key = SecretBytes::copy_of(
        derived.expose(SecretAccess::grant()).subspan(detail::kSeedBytes, detail::kSeedBytes));
  }
  transcript.set_hellos(my_bytes, hello_frame.body);
  Confirm confirm;
  confirm.macs.push_back(transcript.mac(confirm_key, identity_.self));
  confirm.receiver_over = first_look == WatchVerdict::peer_rolled_back;
  confirm.signature =
      identity_.signing_key->sign(transcript.signed_text(identity_.self, confirm.receiver_over));
  TERCET_CO_TRY_STATUS(link_.send(detail::frame_of(PeerFrame::confirm, confirm.encode())));

  // hop 2: CONFIRM
  TERCET_CO_TRY(Frame confirm_frame, co_await with_deadline(link_.receive(), until));
  if (confirm_frame.type != static_cast<std::uint8_t>(PeerFrame::confirm)) {
    co_return Error(Errc::peer_malformed, "link set-up: the second frame is no CONFIRM");
  }
  TERCET_CO_TRY(Confirm answer, Confirm::decode(confirm_frame.body));
  TERCET_CO_TRY_STATUS(check_confirm(answer, transcript));
  TERCET_CO_TRY_STATUS(check_not_overtaken(changes_before));
  // Once more, by what is known now: the peer did say that HELLO.
  RollbackWatch watch = record_.watch_;
  const WatchVerdict verdict = judge(theirs, own, watch);
  TERCET_CO_TRY_STATUS(act_on(verdict, answer.receiver_over, theirs.generation));
  const auto expected = transcript.mac(confirm_key, record_.peer());
  if (answer.macs.size() != 1 || !ct::equal(answer.macs.front(), expected)) {
    co_return Error(Errc::protocol_abort, "link set-up: the confirmation does not match");
  }
  watch.confirm(mine.challenge);
  record_.watch_ = std::move(watch);
  co_return keep(theirs, std::move(derived), std::move(confirm_key));
}

}  // namespace tercet::node
