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

/// Keys whose versions are remembered.
constexpr std::size_t kVersionsMax = 10'000;
/// New slots, marks or versions tried within one request, besides the first.
constexpr int kRetriesMax = 2;
/// Slots are made ahead only while at least this much stock is left for requests.
constexpr std::uint64_t kStockReserve = 2 * 65536;
constexpr Milliseconds kSlotsLimit{3000};
constexpr Milliseconds kSlotsTick{1000};
/// A data key as KMS sends it, wrapped once already: 184 bytes, of EBS 216.
constexpr std::size_t kDataKeyBlocks = 14;

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

Result<std::vector<ReadySlot>> combine(const Exchange& exchange,
                                       const LeaseId& lease,
                                       std::size_t count,
                                       std::size_t blocks) {
  TERCET_TRY(std::vector<mpc::wire::SlotsMade> made, decode_three<mpc::wire::SlotsMade>(exchange));
  const mpc::wire::FromNodes<mpc::wire::SlotsMade> three = {
      std::move(made[0]), std::move(made[1]), std::move(made[2])};
  TERCET_TRY(const mpc::wire::CombinedSlots combined,
             mpc::wire::combine_slots(three, count, blocks));
  std::vector<ReadySlot> slots;
  const std::size_t bytes = blocks * mpc::wire::kBlockBytes;
  for (std::size_t i = 0; i < count; ++i) {
    ReadySlot slot;
    slot.lease = lease;
    slot.session = combined.sid;
    slot.number = static_cast<std::uint16_t>(i);
    slot.version = combined.version;
    slot.framing = combined.framing;
    slot.iv = combined.ivs[i];
    slot.keystream = to_bytes(ByteView(combined.keystream).subspan(i * bytes, bytes));
    slot.keystream_second = to_bytes(ByteView(combined.keystream_second).subspan(i * bytes, bytes));
    slots.push_back(std::move(slot));
  }
  return slots;
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

/// Errors of the slots session that are about the key or caller, not about us: the request is then
/// authenticated before it learns them.
bool is_about_the_request(Errc code) {
  switch (code) {
    case Errc::not_found:
    case Errc::wrong_state:
    case Errc::wrong_usage:
    case Errc::denied:
    case Errc::invalid_argument:
    case Errc::unsupported:
      return true;
    default:
      return false;
  }
}

/// What comes of a slots session whose nodes do not encrypt with the same version.
bool is_about_versions(Errc code) {
  return code == Errc::already_burnt || code == Errc::session_mismatch || code == Errc::internal;
}

/// Errors that say nothing of the key and its slots.
bool is_about_the_signature(Errc code) {
  return code == Errc::not_authenticated || code == Errc::replayed;
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
    const bool prepared = slot.has_value();
    if (!prepared) {
      TERCET_CO_TRY(slot, co_await slot_on_the_spot(job, until));
    }
    ReadySlot chosen = std::move(*slot);
    Result<Encrypted> encrypted = co_await spend(job, std::move(chosen), until);
    if (encrypted && prepared) {
      expect_more_like(job);
    }
    if (!encrypted && !is_about_the_signature(encrypted.error().code())) {
      slots_.drop(job.key);  // they may be of shares or a state that is gone
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
  // A health check makes its slot on the spot: it looks at the whole way.
  if (!lease_.has_lease() || job.request.is_health_check()) {
    return std::nullopt;
  }
  std::optional<ReadySlot> slot =
      slots_.take(job.key, block_count(job.plaintext.size()), *lease_.lease());
  if (slot) {
    ++figures_.encrypts_prepared;
    slots_wanted_.set();  // one is missing now; how many there should be is another matter
  } else {
    ++figures_.encrypts_on_the_spot;
  }
  return slot;
}

Task<Result<ReadySlot>> Coordinator::slot_on_the_spot(const EncryptJob& job, Deadline until) {
  // The nodes judge the signature while they make the slot: nobody without the secret can have
  // slots made ahead for a key, and who has it gets them even if this one comes too late.
  SignatureQuestion question(nodes_);
  if (!job.request.is_health_check()) {
    // Where it cannot be asked no slot can be made either, and that error says why.
    static_cast<void>(question.ask(question_for(job), until));
  }
  const auto blocks = static_cast<std::uint16_t>(block_count(job.plaintext.size()));
  Result<std::vector<ReadySlot>> made = co_await make_slots(job.key, job.store, 1, blocks, until);
  const std::optional<Authenticity> answer = question.answer();  // came long before the slot
  if (answer && *answer) {
    expect_more_like(job);
  }
  if (!made) {
    Error why = std::move(made).error();
    co_return co_await no_slot(job, question, std::move(why), until);
  }
  co_return std::move(made->front());
}

Task<Error> Coordinator::no_slot(const EncryptJob& job,
                                 SignatureQuestion& question,
                                 Error why,
                                 Deadline until) {
  const bool tells = is_about_the_request(why.code()) || is_forged(question.answer());
  if (!tells || job.request.is_health_check()) {
    co_return why;
  }
  Authenticity answer = co_await question.wait(until);
  if (!answer) {
    count(answer.error().code());
    co_return std::move(answer).error();
  }
  co_return Error(Errc::internal, "encrypt: slots refused though the request is allowed")
      .caused_by(why);
}

KeyVersion Coordinator::asked_version(const KeyId& key) const {
  const auto found = versions_.find(key);
  return found == versions_.end() ? KeyVersion() : found->second;
}

/// While a key is rotated a node encrypts with the version before, with both, or with the newest
/// alone. The smallest newest version of all nodes is one that each of them takes.
bool Coordinator::learn_version(const Exchange& exchange, const KeyId& key, KeyVersion asked) {
  std::vector<KeyVersion> newest;
  for (const mpc::PartyIndex node : mpc::kAllParties) {
    const std::optional<Exchange::Reply>& said = exchange.reply(node);
    if (said && said->refused && said->refused->version != KeyVersion()) {
      newest.push_back(said->refused->version);
    }
  }
  if (newest.empty()) {
    return false;
  }
  const auto [smallest, largest] = std::minmax_element(newest.begin(), newest.end());
  if (*smallest == asked || *largest == KeyVersion(1)) {
    return false;  // it was not about versions
  }
  if (versions_.size() >= kVersionsMax) {
    versions_.clear();  // learnt again where it matters
  }
  versions_[key] = *smallest;
  return true;
}

void Coordinator::expect_more_like(const EncryptJob& job) {
  slot_planner_.asked(job.key, job.store, block_count(job.plaintext.size()), monotonic_.now());
  slots_wanted_.set();
}

Task<Result<std::vector<ReadySlot>>> Coordinator::make_slots(const KeyId& key,
                                                             const std::string& store,
                                                             std::uint16_t count_wanted,
                                                             std::uint16_t blocks,
                                                             Deadline until) {
  const std::uint32_t vectors = mpc::slot_vectors_needed(count_wanted, blocks);
  for (int attempt = 0;; ++attempt) {
    TERCET_CO_TRY(const SessionPlan plan, next_plan(vectors));
    Exchange exchange(nodes_, ProxyFrame::slots_made);
    mpc::wire::MakeSlots message;
    message.ticket = exchange.ticket();
    message.remaining_ms = remaining_ms(until);
    message.lease = plan.lease;
    message.counter = plan.counter;
    message.key = key;
    message.store = store;
    message.version = asked_version(key);
    message.count = count_wanted;
    message.blocks = blocks;
    message.vectors = plan.vectors;
    TERCET_CO_TRY_STATUS(exchange.send_to_all(ProxyFrame::make_slots, message.encode()));
    Status made = co_await exchange.all_three(until);
    if (made) {
      Result<std::vector<ReadySlot>> slots = combine(exchange, plan.lease, count_wanted, blocks);
      if (!slots) {
        count(slots.error().code());
      }
      co_return slots;
    }
    learn(exchange, plan, made.error().code());
    const bool other_version =
        is_about_versions(made.error().code()) && learn_version(exchange, key, message.version);
    const bool worth_it = other_version || made.error().code() == Errc::already_burnt;
    if (attempt == kRetriesMax || !worth_it) {
      co_return std::move(made).error();
    }
  }
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

void Coordinator::expect_encrypts(const KeyId& key, const std::string& store) {
  slot_planner_.asked(key, store, kDataKeyBlocks, monotonic_.now());
  slots_wanted_.set();
}

std::optional<SlotPlanner::Order> Coordinator::next_slots() {
  const SteadyTime now = monotonic_.now();
  if (stopping_ || !lease_.has_lease() || lease_.stock() < kStockReserve ||
      bad_signatures_.many(now)) {
    return std::nullopt;
  }
  return slot_planner_.next(slots_, now);
}

Task<void> Coordinator::fill_slots(SlotPlanner::Order order) {
  const SteadyTime began = monotonic_.now();
  Result<std::vector<ReadySlot>> made = co_await make_slots(
      order.key, order.store, order.count, order.blocks, Deadline::in(monotonic_, kSlotsLimit));
  if (!made) {
    slot_planner_.failed(order);
    co_return;
  }
  const SteadyTime now = monotonic_.now();
  slot_planner_.ended(order, std::chrono::duration_cast<Milliseconds>(now - began));
  for (ReadySlot& slot : *made) {
    if (lease_.lease() == slot.lease) {  // else it ended meanwhile, and they with it
      slots_.put(order.key, std::move(slot));
    }
  }
  slots_wanted_.set();
}

Task<void> Coordinator::keep_slots() {
  while (!stopping_) {
    slots_.drop_unless([this](const KeyId& key) { return slot_planner_.is_hot(key); });
    while (std::optional<SlotPlanner::Order> order = next_slots()) {
      filling_.spawn(fill_slots(std::move(*order)));
    }
    Status woken = co_await slots_wanted_.wait_until(Deadline::in(monotonic_, kSlotsTick));
    if (!woken && woken.error().code() == Errc::closed) {
      break;
    }
    slots_wanted_.reset();
  }
  filling_.close();
  co_await filling_.join();
}

}  // namespace tercet::proxy
