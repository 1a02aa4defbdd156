// Slots: sessions that make them, for one Encrypt on the spot or ahead of need.

#include <algorithm>

#include "mpc/wire/release.h"
#include "mpc/wire/vectors.h"
#include "proxy/coordinator/coordinator.h"

namespace tercet::proxy {

using mpc::wire::ProxyFrame;

namespace {

/// New marks or versions tried within one request, besides the first.
constexpr int kRetriesMax = 2;
/// Slots are made ahead only while at least this much stock is left for requests, or half of the
/// largest that there was in this lease, if nodes are set to keep little.
constexpr std::uint64_t kStockReserve = 4 * 65536;
constexpr Milliseconds kSlotsLimit{3000};
constexpr Milliseconds kSlotsTick{1000};
/// A data key as KMS sends it, wrapped once already: 184 bytes, of EBS 216.
constexpr std::size_t kDataKeyBlocks = 14;

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

/// What comes of a slots session whose nodes do not encrypt with the same version.
bool is_about_versions(Errc code) {
  return code == Errc::already_burnt || code == Errc::session_mismatch || code == Errc::internal ||
         code == Errc::peer_aborted;
}

}  // namespace

bool Coordinator::is_about_the_request(Errc code) {
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

Task<Result<std::vector<ReadySlot>>> Coordinator::make_slots(const KeyId& key,
                                                             const std::string& store,
                                                             std::uint16_t count_wanted,
                                                             std::uint16_t blocks,
                                                             Deadline until) {
  const std::uint32_t vectors = mpc::slot_vectors_needed(count_wanted, blocks);
  for (int attempt = 0;; ++attempt) {
    TERCET_CO_TRY(const SessionPlan plan, co_await plan_in_time(vectors, until));
    const SteadyTime began = monotonic_.now();
    Exchange exchange(nodes_, ProxyFrame::slots_made);
    mpc::wire::MakeSlots message;
    message.ticket = exchange.ticket();
    message.remaining_ms = remaining_ms(until);
    message.lease = plan.lease;
    message.counter = plan.counter;
    message.key = key;
    message.store = store;
    message.version = versions_.of(key);
    message.count = count_wanted;
    message.blocks = blocks;
    message.vectors = plan.vectors;
    TERCET_CO_TRY_STATUS(exchange.send_to_all(ProxyFrame::make_slots, message.encode()));
    Status made = co_await exchange.all_three(until);
    if (made) {
      slot_planner_.session_took(std::chrono::ceil<Milliseconds>(monotonic_.now() - began));
      Result<std::vector<ReadySlot>> slots = combine(exchange, plan.lease, count_wanted, blocks);
      if (!slots) {
        count(slots.error().code());
      }
      co_return slots;
    }
    learn(exchange, plan, made.error().code());
    const bool other_version =
        is_about_versions(made.error().code()) && versions_.learn(exchange, key, message.version);
    const bool worth_it = other_version || made.error().code() == Errc::already_burnt;
    if (attempt == kRetriesMax || !worth_it) {
      co_return std::move(made).error();
    }
  }
}

void Coordinator::expect_encrypts(const KeyId& key, const std::string& store) {
  expect(key, store, kDataKeyBlocks);
}

void Coordinator::expect(const KeyId& key, const std::string& store, std::size_t blocks) {
  slot_planner_.asked(key, store, blocks, monotonic_.now());
  slots_wanted_.set();
}

std::optional<SlotPlanner::Order> Coordinator::next_slots() {
  const SteadyTime now = monotonic_.now();
  // Only who is known to the nodes makes demand: forgers, however many, stop nothing here.
  if (stopping_ || !lease_.has_lease()) {
    return std::nullopt;
  }
  // Requests come first, unless they wait for slots.
  const std::uint64_t reserve = std::min(kStockReserve, lease_.most_stock() / 2);
  const bool short_of = lease_.stock() < reserve || !vector_turns_.empty();
  if (short_of && slot_turns_.empty()) {
    return std::nullopt;
  }
  return slot_planner_.next(slots_, now);
}

Task<void> Coordinator::fill_slots(SlotPlanner::Order order) {
  Result<std::vector<ReadySlot>> made = co_await make_slots(
      order.key, order.store, order.count, order.blocks, Deadline::in(monotonic_, kSlotsLimit));
  if (!made) {
    if (is_about_the_request(made.error().code())) {
      slot_planner_.refused(order);
    } else {
      slot_planner_.failed(order, monotonic_.now());
    }
    co_return;
  }
  slot_planner_.ended(order);
  for (ReadySlot& slot : *made) {
    slot.made_ahead = true;
    if (lease_.lease() == slot.lease) {  // else it ended meanwhile, and they with it
      slots_.put(order.key, std::move(slot));
    }
  }
  slot_turns_.go_round();
  slots_wanted_.set();
}

Task<void> Coordinator::keep_slots() {
  while (!stopping_) {
    slots_.drop_unless([this](const KeyId& key) { return slot_planner_.is_hot(key); });
    while (std::optional<SlotPlanner::Order> order = next_slots()) {
      background_.spawn(fill_slots(std::move(*order)));
    }
    Status woken = co_await slots_wanted_.wait_until(Deadline::in(monotonic_, kSlotsTick));
    if (!woken && woken.error().code() == Errc::closed) {
      co_return;
    }
    slots_wanted_.reset();
  }
}

}  // namespace tercet::proxy
