#include "node/session/request_runner.h"

#include <algorithm>
#include <utility>

#include "core/xks/framing.h"
#include "mpc/engine/engine.h"
#include "mpc/session/party_context.h"
#include "node/session/proxy_sid.h"
#include "node/session/request_audit.h"

namespace tercet::node {

using mpc::wire::ProxyFrame;

namespace {

Deadline deadline_of(const Clock& clock, std::uint32_t remaining_ms, Milliseconds limit) {
  return Deadline::in(clock, std::min(Milliseconds(remaining_ms), limit));
}

bool in_body(const RememberedShelf::Entry& entry, const DecryptOrder& order) {
  return entry.key == order.key.id && entry.version == order.key.version &&
         entry.epoch == order.key.epoch && entry.keystream.iv() == order.iv &&
         entry.keystream.block_count() >= mpc::block_count(order.ciphertext.size());
}

/// The associated data of an Encrypt as it enters GHASH; metadata is of the slot's version.
Result<Bytes> framed_aad(const KeyEntry& key, ByteView aad) {
  if (key.facts.framing == mpc::wire::AadFraming::raw) {
    return to_bytes(aad);
  }
  return xks::gcm_aad(aad, xks::version_metadata(key.version));
}

}  // namespace

/// A session that was checked and burnt, between its first and last message.
class RequestRunner::Job {
 public:
  Job(std::uint64_t request_ticket,
      const LeaseId& in_lease,
      SessionCounter at,
      KeyEntry entry,
      SteadyTime came)
      : ticket(request_ticket), lease(in_lease), counter(at), key(std::move(entry)), facts(came) {}

  std::uint64_t ticket;
  LeaseId lease;
  SessionCounter counter;
  KeyEntry key;
  SessionId sid;
  mpc::wire::VectorStart start;
  std::optional<mpc::VectorRange> vectors;
  std::unique_ptr<MuxChannel> channel;
  mpc::PairSecrets secrets;
  OperationFacts facts;
};

class RequestRunner::SlotsJob : public Job {
 public:
  using Job::Job;
  std::uint16_t count = 0;
  std::uint16_t blocks = 0;
  std::string store;
};

class RequestRunner::DecryptJob : public Job {
 public:
  using Job::Job;
  DecryptOrder order;
  std::optional<SessionId> remembered;
};

Result<Lease*> RequestRunner::owned_lease(const ProxySeat& seat, const LeaseId& id) {
  Lease* lease = context_.generation->find_lease(id);
  if (lease == nullptr || !context_.authoriser.may_use_lease_of(lease->owner(), seat.name())) {
    return Error(Errc::closed, "the lease has ended, or belongs to another owner");
  }
  return lease;
}

Status RequestRunner::check_service(bool needs_links) const {
  if (context_.stopping) {
    return Error(Errc::closed, "the node is stopping");
  }
  if (!context_.audit.working()) {
    return Error(Errc::storage_error, "audit records cannot be written");
  }
  if (needs_links && !context_.hub->trio()) {
    return Error(Errc::link_closed, "a peer is away");
  }
  return ok_status();
}

Result<std::unique_ptr<RequestRunner::SlotsJob>> RequestRunner::check_and_burn_slots(
    ProxySeat& seat, const mpc::wire::MakeSlots& request) {
  TERCET_TRY_STATUS(check_service(true));
  TERCET_TRY(Lease * lease, owned_lease(seat, request.lease));
  TERCET_TRY(KeyEntry key, context_.authoriser.order_slots(request));
  if (request.count < 1 || request.count > mpc::wire::kSlotsMax ||
      request.blocks > mpc::wire::kBlocksMax) {
    return Error(Errc::out_of_range, "slots: count or blocks outside what one session makes");
  }
  if (!lease->has_room_for_slots(request.count)) {
    return Error(Errc::overloaded, "slots: the lease holds as many as it may");
  }
  if (!lease->take_slot_session(context_.monotonic.now())) {
    return Error(Errc::overloaded, "slots: more sessions a second than a lease may open");
  }
  const std::uint32_t vectors = mpc::slot_vectors_needed(request.count, request.blocks);
  TERCET_TRY_STATUS(lease->check_counter(request.counter));
  TERCET_TRY_STATUS(lease->check_vectors(request.vectors.batch, request.vectors.first, vectors));

  // All checks passed: burn. The IVs count first, durably, whatever comes next (protocol.md 10).
  TERCET_TRY_STATUS(context_.keys.count_ivs(key.id, key.version, request.count));
  lease->burn_counter(request.counter);
  TERCET_TRY(mpc::VectorRange range,
             context_.burn_vectors(*lease, request.vectors.batch, request.vectors.first, vectors));
  lease->slots_pending += request.count;

  ProxySessionFacts facts(ProxySession::slots, request.lease, request.counter);
  facts.request = covered_request(request);
  facts.key = key;
  facts.vectors = request.vectors;
  facts.vector_count = vectors;
  auto job = std::make_unique<SlotsJob>(
      request.ticket, request.lease, request.counter, std::move(key), context_.monotonic.now());
  job->sid = context_.authoriser.session_id(facts);
  job->secrets = lease->secrets();
  job->start = request.vectors;
  job->vectors.emplace(std::move(range));
  job->count = request.count;
  job->blocks = request.blocks;
  job->store = request.store;
  job->facts.operation = "make_slots";
  job->facts.proxy = seat.name();
  TERCET_TRY_STATUS(open_channel(
      *job, deadline_of(context_.monotonic, request.remaining_ms, context_.options.slots_limit)));
  return job;
}

Status RequestRunner::open_channel(Job& job, Deadline until) {
  context_.count_session(job.sid);
  TERCET_TRY(job.channel,
             context_.hub->mux().open(job.sid, LeaseStep(job.lease, job.counter.value()), until));
  return ok_status();
}

Status RequestRunner::begin_slots(std::shared_ptr<ProxySeat> seat, ByteView body) {
  TERCET_TRY(mpc::wire::MakeSlots request, mpc::wire::MakeSlots::decode(body));
  auto job = check_and_burn_slots(*seat, request);
  if (!job) {
    refuse(*seat, request.ticket, job.error(), request.lease, request.vectors, &request.key);
    abort_step(*seat, request.lease, request.counter, job.error().code());
    return ok_status();
  }
  seat->enlist(request.ticket, job.value()->channel.get());
  context_.tasks.spawn(run_slots(std::move(seat), std::move(job).value()));
  return ok_status();
}

Task<void> RequestRunner::run_slots(std::shared_ptr<ProxySeat> seat,
                                    std::unique_ptr<SlotsJob> job) {
  mpc::Party party(context_.options.self,
                   mpc::ParticipantSet::p123,
                   job->sid,
                   job->secrets,
                   *job->channel,
                   context_.random);
  const mpc::SlotsPlan plan(job->count, job->blocks);
  Result<std::vector<mpc::Slot>> slots = co_await context_.engine.make_slots(
      party, job->key.material, job->key.version, plan, std::move(*job->vectors));
  seat->dismiss(job->ticket);
  Lease* lease = context_.generation->find_lease(job->lease);
  if (lease != nullptr) {
    lease->slots_pending -= job->count;
  }
  Status outcome = slots ? ok_status() : Status(slots.error());
  if (outcome.ok()) {
    outcome = still_allowed(*seat, *job);
  }
  if (outcome.ok()) {
    for (const mpc::Slot& slot : *slots) {
      job->facts.ivs.push_back(to_hex(slot.iv()));
    }
    outcome = audit(*job, ok_status());
  }
  if (!outcome.ok()) {
    fail_job(*seat, *job, outcome.error());
    co_return;
  }
  job->channel->finish();
  mpc::wire::SlotsMade made = mpc::offer_slots(job->sid, *slots);
  made.ticket = job->ticket;
  made.framing = job->key.facts.framing;
  SlotOrigin origin;
  origin.session = job->sid;
  origin.key = job->key.id;
  origin.store = job->store;
  origin.version = job->key.version;
  origin.epoch = job->key.epoch;
  origin.derived = job->key.derived;
  origin.blocks = job->blocks;
  lease->slots().add(origin, std::move(slots).value());
  seat->answer(ProxyFrame::slots_made, made.encode());
}

Result<std::unique_ptr<RequestRunner::DecryptJob>> RequestRunner::check_and_burn_decrypt(
    ProxySeat& seat, const mpc::wire::DecryptRequest& request) {
  TERCET_TRY_STATUS(check_service(!request.remembered.has_value()));
  TERCET_TRY(Lease * lease, owned_lease(seat, request.lease));
  TERCET_TRY(DecryptOrder order, context_.authoriser.order_decrypt(request, seat.name()));
  TERCET_TRY_STATUS(lease->check_counter(request.counter));
  std::uint32_t vectors = 0;
  if (request.remembered) {
    const RememberedShelf::Entry* entry = lease->remembered().find(*request.remembered);
    if (entry == nullptr || !in_body(*entry, order)) {
      return Error(Errc::exhausted, "decrypt: no such remembered keystream here");
    }
  } else {
    vectors = mpc::vectors_needed(mpc::block_count(order.ciphertext.size()));
    TERCET_TRY_STATUS(lease->check_vectors(request.vectors.batch, request.vectors.first, vectors));
  }

  // All checks passed: burn.
  TERCET_TRY(const unsigned use, context_.authoriser.burn_signature(order.request));
  lease->burn_counter(request.counter);
  std::optional<mpc::VectorRange> range;
  if (vectors > 0) {
    TERCET_TRY(
        mpc::VectorRange burnt,
        context_.burn_vectors(*lease, request.vectors.batch, request.vectors.first, vectors));
    range.emplace(std::move(burnt));
  }

  ProxySessionFacts facts(ProxySession::decrypt, request.lease, request.counter);
  facts.request = covered_request(request);
  facts.key = order.key;
  facts.vectors = request.vectors;
  facts.vector_count = vectors;
  facts.material = request.remembered.value_or(SessionId());
  auto job = std::make_unique<DecryptJob>(
      request.ticket, request.lease, request.counter, order.key, context_.monotonic.now());
  job->sid = context_.authoriser.session_id(facts);
  job->secrets = lease->secrets();
  job->start = request.vectors;
  job->vectors = std::move(range);
  job->remembered = request.remembered;
  job->facts = OperationFacts::of_decrypt(seat.name(), order, use, context_.monotonic.now());
  job->order = std::move(order);
  if (request.remembered) {
    context_.count_session(job->sid);
  } else {
    TERCET_TRY_STATUS(open_channel(
        *job,
        deadline_of(context_.monotonic, request.remaining_ms, context_.options.request_limit)));
  }
  return job;
}

Status RequestRunner::begin_decrypt(std::shared_ptr<ProxySeat> seat, ByteView body) {
  TERCET_TRY(mpc::wire::DecryptRequest request, mpc::wire::DecryptRequest::decode(body));
  auto job = check_and_burn_decrypt(*seat, request);
  if (!job) {
    audit_refusal("decrypt", *seat, request.request.target, job.error());
    refuse(*seat, request.ticket, job.error(), request.lease, request.vectors);
    if (!request.remembered) {
      abort_step(*seat, request.lease, request.counter, job.error().code());
    }
    return ok_status();
  }
  if (request.remembered) {
    release_remembered(*seat, *job.value());
    return ok_status();
  }
  seat->enlist(request.ticket, job.value()->channel.get());
  context_.tasks.spawn(run_decrypt(std::move(seat), std::move(job).value()));
  return ok_status();
}

Task<void> RequestRunner::run_decrypt(std::shared_ptr<ProxySeat> seat,
                                      std::unique_ptr<DecryptJob> job) {
  mpc::Party party(context_.options.self,
                   mpc::ParticipantSet::p123,
                   job->sid,
                   job->secrets,
                   *job->channel,
                   context_.random);
  const std::size_t blocks = mpc::block_count(job->order.ciphertext.size());
  Result<mpc::Keystream> keystream = co_await context_.engine.compute_keystream(
      party, job->key.material, job->order.iv, blocks, std::move(*job->vectors));
  seat->dismiss(job->ticket);
  if (!keystream) {
    fail_job(*seat, *job, keystream.error());
    co_return;
  }
  if (Status released = release(*seat, *job, *keystream); !released) {
    fail_job(*seat, *job, released.error());
    co_return;
  }
  job->channel->finish();
  if (Lease* lease = context_.generation->find_lease(job->lease); lease != nullptr) {
    RememberedShelf::Entry entry(
        job->key.id, job->key.version, job->key.epoch, std::move(keystream).value());
    lease->remembered().keep(job->sid, std::move(entry));
  }
}

Status RequestRunner::release(ProxySeat& seat, DecryptJob& job, const mpc::Keystream& keystream) {
  TERCET_TRY_STATUS(still_allowed(seat, job));
  const mpc::Seat mine(context_.options.self, job.sid, job.secrets);
  const mpc::TaggedCiphertext request(
      job.order.iv, job.order.framed_aad, job.order.ciphertext, job.order.tag);
  TERCET_TRY(
      mpc::wire::KeystreamReleased released,
      mpc::release_keystream<mpc::FullDefences>(mine, keystream, *job.key.material, request));
  released.ticket = job.ticket;
  TERCET_TRY_STATUS(audit(job, ok_status()));
  seat.expect_report(job.ticket, job.sid);
  seat.answer(ProxyFrame::keystream_released, released.encode());
  return ok_status();
}

void RequestRunner::release_remembered(ProxySeat& seat, DecryptJob& job) {
  Lease* lease = context_.generation->find_lease(job.lease);
  const RememberedShelf::Entry* entry = lease->remembered().find(*job.remembered);
  if (Status released = release(seat, job, entry->keystream); !released) {
    fail_job(seat, job, released.error());
  }
}

Status RequestRunner::begin_encrypt(std::shared_ptr<ProxySeat> seat, ByteView body) {
  TERCET_TRY(mpc::wire::EncryptRequest request, mpc::wire::EncryptRequest::decode(body));
  if (Status done = encrypt(*seat, request); !done) {
    audit_refusal("encrypt", *seat, request.request.target, done.error());
    refuse(*seat, request.ticket, done.error(), request.lease, mpc::wire::VectorStart());
  }
  return ok_status();
}

Status RequestRunner::encrypt(ProxySeat& seat, const mpc::wire::EncryptRequest& request) {
  TERCET_TRY_STATUS(check_service(false));
  TERCET_TRY(Lease * lease, owned_lease(seat, request.lease));
  TERCET_TRY(EncryptOrder order,
             context_.authoriser.order_encrypt(request, seat.name(), lease->slots()));
  TERCET_TRY_STATUS(lease->check_counter(request.counter));
  TERCET_TRY(KeyEntry key, slot_key(order));
  TERCET_TRY(const Bytes framed, framed_aad(key, request.aad));
  TERCET_TRY_STATUS(mpc::check_lengths(framed.size(), request.ciphertext.size()));
  if (mpc::block_count(request.ciphertext.size()) > order.slot.block_count()) {
    return Error(Errc::out_of_range, "encrypt: the message is longer than the slot");
  }
  TERCET_TRY(const unsigned use, context_.authoriser.burn_signature(order.request));
  lease->burn_counter(request.counter);

  ProxySessionFacts facts(ProxySession::encrypt, request.lease, request.counter);
  facts.request = covered_request(request);
  facts.key = key;
  facts.material = request.slot_session;
  facts.material_number = request.slot_number;
  Job job(request.ticket, request.lease, request.counter, key, context_.monotonic.now());
  job.sid = context_.authoriser.session_id(facts);
  job.secrets = lease->secrets();
  context_.count_session(job.sid);
  job.facts =
      OperationFacts::of_encrypt(seat.name(), order, request, use, context_.monotonic.now());
  job.facts.ivs.push_back(to_hex(order.slot.iv()));
  const mpc::Seat mine(context_.options.self, job.sid, job.secrets);
  TERCET_TRY(mpc::TagRelease released,
             mpc::release_tag<mpc::FullDefences>(
                 mine, std::move(order.slot), *key.material, framed, request.ciphertext));
  released.message.ticket = request.ticket;
  TERCET_TRY_STATUS(audit(job, ok_status()));
  seat.expect_report(job.ticket, job.sid);
  seat.answer(ProxyFrame::tag_released, released.message.encode());
  RememberedShelf::Entry entry(key.id, key.version, key.epoch, std::move(released.remembered));
  lease->remembered().keep(job.sid, std::move(entry));
  return ok_status();
}

Result<KeyEntry> RequestRunner::slot_key(const EncryptOrder& order) const {
  const SlotOrigin& origin = order.origin;
  const std::string_view path =
      order.request.store == nullptr ? std::string_view() : order.request.store->uri_path;
  if (origin.key != order.key.id || origin.store != path) {
    return Error(Errc::already_burnt, "encrypt: the slot is of another key");
  }
  const KeyEntry& newest = order.key;
  if (origin.version != newest.version && origin.version != newest.also_encrypts) {
    return Error(Errc::already_burnt, "encrypt: the slot is of a version that encrypts no more");
  }
  std::optional<KeyEntry> key = context_.keys.find(origin.key, origin.version);
  if (!key || key->epoch != origin.epoch || !context_.keys.open(*key) ||
      key->derived != origin.derived) {
    return Error(Errc::already_burnt, "encrypt: the slot is of shares that are gone");
  }
  return std::move(*key);
}

Status RequestRunner::still_allowed(const ProxySeat& seat, const Job& job) const {
  if (!seat.open() || context_.generation->find_lease(job.lease) == nullptr) {
    return Error(Errc::closed, "the lease or its owner's link ended meanwhile");
  }
  const std::optional<KeyEntry> key = context_.keys.find(job.key.id, job.key.version);
  if (!key || !key->facts.enabled) {
    return Error(Errc::wrong_state, "the key was disabled meanwhile");
  }
  return ok_status();
}

Status RequestRunner::audit(const Job& job, const Status& outcome) {
  const SteadyTime::duration took = context_.monotonic.now() - job.facts.began;
  context_.metrics.count_operation(job.facts.operation, outcome, took);
  return context_.audit.write(
      operation_record(job.facts, took, job.key, job.lease, job.counter, job.sid, outcome));
}

void RequestRunner::audit_refusal(std::string_view operation,
                                  const ProxySeat& seat,
                                  std::string_view target,
                                  const Error& error) {
  context_.metrics.count_refusal(operation, error.code());
  const std::string by =
      seat.name() + ' ' + std::string(operation) + ' ' + std::string(errc_name(error.code()));
  // A record that cannot be written stops the service by itself (rule AU5).
  static_cast<void>(
      context_.audit.write_capped(refusal_record(operation, seat.name(), target, error), by));
}

void RequestRunner::fail_job(ProxySeat& seat, Job& job, const Error& error) {
  // What a failed check says about shares stays here: the proxy learns the code alone (rule P9).
  Errc reason = error.code();
  if (job.channel) {
    if (job.channel->failure()) {
      reason = job.channel->failure()->code();
    }
    job.channel->abort(reason == Errc::peer_aborted ? Errc::peer_aborted : error.code());
  }
  static_cast<void>(audit(job, Status(error)));
  context_.log.debug("session_failed",
                     field("sid", job.sid),
                     field("code", error.code()),
                     field("detail", public_text(error.what())));
  refuse(seat, job.ticket, Error(reason, error.what()), job.lease, job.start, &job.key.id);
}

void RequestRunner::refuse(ProxySeat& seat,
                           std::uint64_t ticket,
                           const Error& error,
                           const LeaseId& lease,
                           const mpc::wire::VectorStart& vectors,
                           const KeyId* key) {
  mpc::wire::Refused refused;
  if (const std::optional<KeyEntry> entry =
          key == nullptr ? std::nullopt : context_.keys.find(*key);
      entry) {
    refused.version = entry->version;
  }
  refused.ticket = ticket;
  refused.reason = error.code();
  if (const Result<Lease*> known = owned_lease(seat, lease)) {
    refused.session_mark = (*known)->session_mark();
    refused.vector_mark = (*known)->vector_mark(vectors.batch);
  }
  seat.answer(ProxyFrame::refused, refused.encode());
}

void RequestRunner::abort_step(const ProxySeat& seat,
                               const LeaseId& lease,
                               SessionCounter counter,
                               Errc reason) {
  const Lease* known = context_.generation->find_lease(lease);
  if (known != nullptr && !context_.authoriser.may_use_lease_of(known->owner(), seat.name())) {
    return;  // what its owner runs in it is not this proxy's to end
  }
  context_.hub->mux().send_abort(SessionId(), LeaseStep(lease, counter.value()), reason);
}

Status RequestRunner::answer(ProxySeat& seat, ByteView body) {
  TERCET_TRY(const mpc::wire::Authenticate question, mpc::wire::Authenticate::decode(body));
  const mpc::wire::Answer answer = context_.authoriser.answer(question);
  if (answer.error) {
    audit_refusal("authenticate",
                  seat,
                  question.request.target,
                  Error(*answer.error, "the request was authenticated or its key looked at"));
  }
  seat.answer(ProxyFrame::answer, answer.encode());
  return ok_status();
}

}  // namespace tercet::node
