// Encrypt over a slot (protocol.md 8), and the check behind the integrity value.
//
// 1. ks, ks': two copies of the slot's keystream, built from different nodes' messages.
// 2. C = P ^ ks goes to all three nodes with the AAD; each computes its two components of the tag.
// 3. Every component of the tag comes from two machines; they are compared, then XORed.
// 4. The integrity value is fixed: SHA-256 of AAD, metadata, IV, C and tag as they will be
// answered.
// 5. Only then the check: C ^ ks' = P; the tag is opened once more from the messages as received;
// the
//    IV equals the copy kept since the slot was made; what was sent to the nodes is encoded anew
//    and equals what was sent. The handler adds: P and the AAD equal those of a second parse of the
//    body whose hash the nodes have verified.
// So a bit that flips in this machine at any moment is either in the hash's input before step 4,
// and caught by step 5, or comes after, and KMS's own hash of what it received differs.

#include <algorithm>

#include "core/ct/ct.h"
#include "core/xks/framing.h"
#include "mpc/wire/release.h"
#include "mpc/wire/vectors.h"
#include "proxy/coordinator/coordinator.h"

namespace tercet::proxy {

using mpc::wire::ProxyFrame;

namespace {

/// New slots, marks or versions tried within one request, besides the first.
constexpr int kRetriesMax = 2;

Bytes xor_with(ByteView text, ByteView keystream) {
  TERCET_CHECK(keystream.size() >= text.size());
  Bytes out(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(text[i] ^ keystream[i]);
  }
  return out;
}

std::size_t block_count(std::size_t text_bytes) {
  return (text_bytes + mpc::wire::kBlockBytes - 1) / mpc::wire::kBlockBytes;
}

/// The session that all three released in (open_tag compares).
SessionId session_of(const Exchange& exchange) {
  const Result<mpc::wire::TagReleased> first =
      mpc::wire::TagReleased::decode(exchange.reply(mpc::PartyIndex::p1)->frame->body);
  return first ? first->sid : SessionId();
}

Result<std::array<std::uint8_t, 16>> tag_from(const Exchange& exchange) {
  TERCET_TRY(std::vector<mpc::wire::TagReleased> released,
             decode_three<mpc::wire::TagReleased>(exchange));
  const mpc::wire::FromNodes<mpc::wire::TagReleased> three = {
      std::move(released[0]), std::move(released[1]), std::move(released[2])};
  return mpc::wire::open_tag(three);
}

mpc::wire::EncryptRequest request_for(const EncryptJob& job,
                                      const ReadySlot& slot,
                                      const SessionPlan& plan,
                                      std::uint64_t ticket,
                                      std::uint32_t remaining,
                                      ByteView ciphertext) {
  mpc::wire::EncryptRequest message;
  message.ticket = ticket;
  message.remaining_ms = remaining;
  message.lease = plan.lease;
  message.counter = plan.counter;
  message.request = job.request;
  message.slot_session = slot.session;
  message.slot_number = slot.number;
  message.aad = job.aad;
  message.ciphertext = to_bytes(ciphertext);
  message.wants_integrity_value = job.wants_integrity_value;
  message.caller = job.caller;
  return message;
}

/// Whether the slots that are left of the key may be of shares, a version or a state that is gone.
/// An answer that did not come in time says nothing of them.
bool is_about_the_slots(Errc code) {
  switch (code) {
    case Errc::not_authenticated:
    case Errc::replayed:
    case Errc::denied:
    case Errc::timeout:
    case Errc::peer_timeout:
    case Errc::link_closed:
    case Errc::closed:  // the lease took them with it
    case Errc::overloaded:
    case Errc::exhausted:
      return false;
    default:
      return true;
  }
}

bool is_forged(const std::optional<Authenticity>& answer) {
  return answer && !*answer && answer->error().code() == Errc::not_authenticated;
}

}  // namespace

Task<Result<Encrypted>> Coordinator::encrypt(EncryptJob job, Deadline until) {
  if (block_count(job.plaintext.size()) > mpc::wire::kBlocksMax) {
    co_return Error(Errc::unsupported, "encrypt: the plaintext is too long");
  }
  if (must_ask_first(job.request)) {
    AuthenticateJob question = question_for(job);
    TERCET_CO_TRY(const auto facts, co_await authenticate(std::move(question), until));
    static_cast<void>(facts);  // whether it may be used is judged again with the slot
  }
  for (int attempt = 0;; ++attempt) {
    std::optional<ReadySlot> slot = prepared_slot(job);
    if (slot) {
      ++figures_.encrypts_prepared;
    } else {
      TERCET_CO_TRY(slot, co_await slot_made_now(job, until));
    }
    const bool prepared = slot->made_ahead;
    ReadySlot chosen = std::move(*slot);
    Result<Encrypted> encrypted = co_await spend(job, std::move(chosen), until);
    if (encrypted && prepared) {
      expect(job.key, job.store, block_count(job.plaintext.size()));
    }
    if (!encrypted && is_about_the_slots(encrypted.error().code())) {
      slots_.drop(job.key);
    }
    if (encrypted || attempt == kRetriesMax || encrypted.error().code() != Errc::already_burnt) {
      co_return encrypted;
    }
  }
}

AuthenticateJob Coordinator::question_for(const EncryptJob& job) {
  AuthenticateJob question;
  question.request = job.request;
  question.wants_integrity_value = job.wants_integrity_value;
  question.caller = job.caller;
  return question;
}

std::optional<ReadySlot> Coordinator::prepared_slot(const EncryptJob& job) {
  // A health check makes its slot on the spot: it looks at the whole way. In a round the slots are
  // for those who wait.
  if (!lease_.has_lease() || job.request.is_health_check() || slot_turns_.in_round()) {
    return std::nullopt;
  }
  return take_slot(job);
}

std::optional<ReadySlot> Coordinator::take_slot(const EncryptJob& job) {
  std::optional<ReadySlot> slot =
      slots_.take(job.key, block_count(job.plaintext.size()), *lease_.lease());
  if (slot) {
    slots_wanted_.set();  // one is missing now; how many there should be is another matter
  }
  return slot;
}

std::shared_ptr<Coordinator::AskedBeside> Coordinator::ask_beside(const EncryptJob& job,
                                                                  Deadline until) {
  auto asked = std::make_shared<AskedBeside>(nodes_, executor_);
  if (job.request.is_health_check()) {
    return asked;
  }
  if (Status sent = asked->question.ask(question_for(job), until); !sent) {
    // Where it cannot be asked no slot can be made either, and that error says why.
    asked->answer.emplace(std::move(sent).error());
    asked->settled.set();
    return asked;
  }
  background_.spawn(hear_of(asked, job.key, job.store, block_count(job.plaintext.size()), until));
  return asked;
}

Task<void> Coordinator::hear_of(std::shared_ptr<AskedBeside> asked,
                                KeyId key,
                                std::string store,
                                std::size_t blocks,
                                Deadline until) {
  asked->answer.emplace(co_await asked->question.wait(until));
  asked->settled.set();
  if (*asked->answer) {
    expect(key, store, blocks);
  }
}

Task<Result<ReadySlot>> Coordinator::slot_made_now(const EncryptJob& job, Deadline until) {
  // The nodes judge the signature beside: nobody without the secret can have slots made ahead for a
  // key, and who has it gets them as soon as the nodes say so, even if this one comes too late.
  const std::shared_ptr<AskedBeside> asked = ask_beside(job, until);
  if (lease_.has_lease() && !job.request.is_health_check() &&
      slot_planner_.fastest_session() > until.remaining()) {
    co_return co_await slot_waited_for(job, *asked, until);
  }
  ++figures_.encrypts_on_the_spot;
  const auto blocks = static_cast<std::uint16_t>(block_count(job.plaintext.size()));
  Result<std::vector<ReadySlot>> made = co_await make_slots(job.key, job.store, 1, blocks, until);
  if (!made) {
    Error why = std::move(made).error();
    co_return co_await no_slot(job, *asked, std::move(why), until);
  }
  co_return std::move(made->front());
}

Task<Result<ReadySlot>> Coordinator::slot_waited_for(const EncryptJob& job,
                                                     AskedBeside& asked,
                                                     Deadline until) {
  ++figures_.encrypts_waited;
  TERCET_CO_TRY_STATUS(co_await asked.settled.wait_until(until));
  if (!*asked.answer) {
    count(asked.answer->error().code());
    co_return asked.answer->error();
  }
  if (slot_turns_.full()) {
    co_return Error(Errc::timeout, "encrypt: too many wait for slots already");
  }
  TurnQueue::Place place(slot_turns_);
  slot_turns_.go_round();  // slots may have come while the nodes were asked
  slots_wanted_.set();
  while (lease_.has_lease()) {
    TERCET_CO_TRY_STATUS(co_await place.turn(until));
    std::optional<ReadySlot> slot = lease_.has_lease() ? take_slot(job) : std::nullopt;
    place.pass_on();
    if (slot) {
      co_return std::move(*slot);
    }
  }
  co_return Error(Errc::closed, "encrypt: the lease ended while a slot was made");
}

Task<Error> Coordinator::no_slot(const EncryptJob& job,
                                 AskedBeside& asked,
                                 Error why,
                                 Deadline until) {
  const bool tells = is_about_the_request(why.code()) || is_forged(asked.answer);
  if (!tells || job.request.is_health_check()) {
    co_return why;
  }
  TERCET_CO_TRY_STATUS(co_await asked.settled.wait_until(until));
  if (!*asked.answer) {
    count(asked.answer->error().code());
    co_return asked.answer->error();
  }
  co_return Error(Errc::internal, "encrypt: slots refused though the request is allowed")
      .caused_by(why);
}

Task<Result<Encrypted>> Coordinator::spend(const EncryptJob& job, ReadySlot slot, Deadline until) {
  Encrypted out;
  out.iv = slot.iv;
  out.ciphertext = xor_with(job.plaintext, slot.keystream);
  if (slot.framing == mpc::wire::AadFraming::framed) {
    const auto metadata = xks::version_metadata(slot.version);
    out.metadata = to_bytes(metadata);
  }

  // hop 1: the slot is spent from here on, whatever comes back.
  TERCET_CO_TRY(const SessionPlan plan, next_plan(0));
  Exchange exchange(nodes_, ProxyFrame::tag_released);
  const std::uint32_t told_ms = remaining_ms(until);
  const Bytes sent =
      request_for(job, slot, plan, exchange.ticket(), told_ms, out.ciphertext).encode();
  TERCET_CO_TRY_STATUS(exchange.send_to_all(ProxyFrame::encrypt, sent));

  // hop 2
  Status answered = co_await exchange.all_three(until);
  if (!answered) {
    if (exchange.refused_for(Errc::already_burnt)) {
      // One node may be ahead of the others, e.g. in a rotation: the slot is spent, another may do.
      answered = Error(Errc::already_burnt, "encrypt: a node has burnt the slot");
    }
    learn(exchange, plan, answered.error().code());
    co_return std::move(answered).error();
  }
  Result<std::array<std::uint8_t, 16>> tag = tag_from(exchange);
  if (!tag) {
    count(tag.error().code());
    exchange.report(tag.error().code());
    co_return std::move(tag).error();
  }
  out.tag = *tag;
  out.integrity_value = xks::cdiv(job.aad, out.metadata, out.iv, out.ciphertext, out.tag);

  // The check, after the hash is fixed (see the top of this file).
  out.recovered_plaintext = xor_with(out.ciphertext, slot.keystream_second);
  const Result<std::array<std::uint8_t, 16>> tag_again = tag_from(exchange);
  const bool as_sent = std::ranges::equal(
      request_for(job, slot, plan, exchange.ticket(), told_ms, out.ciphertext).encode(), sent);
  if (!ct::equal(out.recovered_plaintext, job.plaintext) || !tag_again || *tag_again != out.tag ||
      out.iv != slot.iv || !as_sent) {
    count(Errc::crypto_failure);
    exchange.report(Errc::crypto_failure);
    co_return Error(Errc::crypto_failure, "encrypt: the result does not pass this machine's check")
        .hint("a memory fault is likely: take this proxy out of service and test its memory");
  }
  out.aad = job.aad;
  if (!job.request.is_health_check()) {
    remembered_.note(
        plan.lease, job.key, out.iv, block_count(out.ciphertext.size()), session_of(exchange));
  }
  exchange.report(std::nullopt);
  co_return out;
}

}  // namespace tercet::proxy
