#include "mpc/session/party_context.h"

#include "core/base/check.h"
#include "core/crypto/hash.h"
#include "mpc/session/party_context.inl.h"
#include "mpc/share/view.h"

namespace tercet::mpc {

/// What a session has one of, however many steps it runs.
struct Party::Shared {
  std::uint32_t next_round = 0;
  std::uint32_t lowest_accepted = 0;
  std::array<std::uint8_t, 32> transcript{};
  bool dropped = false;
};

SessionId step_sid(const SessionId& sid,
                   const KeyId& key,
                   KeyVersion version,
                   std::string_view step_name) {
  ByteWriter input;
  input.text(kLabelStep).raw(sid.view()).text(key.text()).u32(version.value()).text(step_name);
  return SessionId(sha256(input.bytes()));
}

Party::Party(PartyIndex self,
             ParticipantSet set,
             const SessionId& sid,
             PairSecrets secrets,
             PartyChannel& channel,
             RandomSource& random)
    : self_(self),
      set_(set),
      sid_(sid),
      secrets_(std::move(secrets)),
      channel_(&channel),
      random_(&random),
      shared_(std::make_shared<Shared>()) {
  TERCET_CHECK(secrets_.with_next && secrets_.with_previous);
  ByteWriter input;
  input.text(kLabelTranscript).raw(sid.view());
  shared_->transcript = sha256(input.bytes());
}

Party Party::step(const SessionId& id) const {
  Party other(*this);
  other.sid_ = id;
  return other;
}

ByteShares Party::random_shares(PrfUse use, std::uint64_t index, std::size_t size) const {
  ByteShares shares(size);
  fill_random(use, index, mutable_view_of(shares.own), mutable_view_of(shares.next));
  return shares;
}

void Party::fill_random(PrfUse use,
                        std::uint64_t index,
                        MutableByteView own,
                        MutableByteView next_component) const {
  with_previous().fill(use, sid_, index, own);
  with_next().fill(use, sid_, index, next_component);
}

Party::ZeroShare Party::zero_share(PrfUse use, std::uint64_t index) const {
  return ZeroShare(with_previous().stream(use, sid_, index), with_next().stream(use, sid_, index));
}

void Party::add_zero_share(PrfUse use, std::uint64_t index, MutableByteView into) const {
  with_previous().xor_stream(use, sid_, index, into);
  with_next().xor_stream(use, sid_, index, into);
}

Result<Round> Party::begin_round(Label label) {
  if (shared_->dropped) {
    return Error(Errc::closed, "begin a round: the session was dropped");
  }
  Round round;
  round.step.label = label;
  round.step.round = shared_->next_round++;
  round.transcript = shared_->transcript;
  return round;
}

std::uint32_t Party::rounds_begun() const {
  return shared_->next_round;
}

void Party::close_earlier_rounds(const Round& barrier) {
  shared_->lowest_accepted = barrier.step.round;
}

bool Party::accepts(const Round& round) const {
  return round.step.round >= shared_->lowest_accepted;
}

void Party::add_to_transcript(Label label, ByteView opened) {
  ByteWriter head;
  head.text(kLabelTranscript)
      .raw(shared_->transcript)
      .raw(sid_.view())
      .u8(static_cast<std::uint8_t>(label))
      .u32(static_cast<std::uint32_t>(opened.size()));
  shared_->transcript = Sha256().update(head.bytes()).update(opened).finish();
}

const std::array<std::uint8_t, 32>& Party::transcript() const {
  return shared_->transcript;
}

Error Party::drop(Error error) {
  shared_->dropped = true;
  return error;
}

bool Party::dropped() const {
  return shared_->dropped;
}

template void send_message<FullDefences>(Party&, const Round&, Side, ByteView);
template Task<Result<Bytes>> receive_message<FullDefences>(Party&, Round, Side, std::size_t);

}  // namespace tercet::mpc
