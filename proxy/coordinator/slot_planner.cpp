#include "proxy/coordinator/slot_planner.h"

#include <algorithm>
#include <cmath>

#include "mpc/wire/proxy_messages.h"
#include "mpc/wire/vectors.h"

namespace tercet::proxy {
namespace {

constexpr std::size_t kKeysMax = 256;
constexpr std::chrono::seconds kStaysHot{120};
constexpr std::chrono::seconds kWindow{30};
/// Memory of the rate: long enough to be smooth, short enough to follow a rise at once.
constexpr double kRateSeconds = 2;
/// Upper ends of the classes of length, in blocks; the last is the longest message there is.
constexpr std::array<std::size_t, 6> kClassBlocks = {8, 16, 32, 64, 128, mpc::wire::kBlocksMax};
/// Slots up to this long are kept for any key in use; longer ones only at a steady rate.
constexpr std::size_t kShortBlocks = 32;
constexpr double kSteadyPerSecond = 0.2;
constexpr std::size_t kSlotsMin = 8;
constexpr std::size_t kLongSlotsMin = 1;
/// Where a session takes so long, a client that sends one request after another would use up a few
/// slots in a small part of that time, and wait for the next: what arrives is no measure then.
constexpr Milliseconds kFar{100};
constexpr std::size_t kFarSlotsMin = 64;
constexpr std::size_t kFarLongSlotsMin = 2;
/// As long as no session has ended.
constexpr double kMakeSecondsGuess = 0.05;
constexpr Milliseconds kBackOffMin{100};
constexpr unsigned kDoublingsMax = 5;
/// One order uses at most half a batch, so that what is left of one is seldom too small.
constexpr std::uint32_t kOrderVectorsMax = 32'768;
constexpr std::size_t kOrderSlotsMax = 16;
/// Not less than this part of a target at a time: each session has costs of its own.
constexpr double kOrderPart = 0.5;
constexpr double kSmoothing = 0.2;
constexpr double kMakeSecondsMax = 1;

double seconds_between(SteadyTime from, SteadyTime to) {
  return std::max(0.0, std::chrono::duration<double>(to - from).count());
}

}  // namespace

std::uint32_t SlotPlanner::Order::vectors() const {
  return mpc::slot_vectors_needed(count, blocks);
}

double SlotPlanner::Demand::rate(SteadyTime now) const {
  return per_second * std::exp(-seconds_between(counted_at, now) / kRateSeconds);
}

void SlotPlanner::Demand::add(std::size_t blocks, SteadyTime now) {
  per_second = rate(now) + 1 / kRateSeconds;
  counted_at = now;
  if (now - window_began > kWindow) {
    // Two windows ago nothing of this length may have come.
    longest_old = now - window_began > 2 * kWindow ? 0 : longest;
    longest = 0;
    window_began = now;
  }
  longest = std::max(longest, blocks);
}

std::size_t SlotPlanner::class_of(std::size_t blocks) {
  std::size_t found = 0;
  while (found + 1 < kClasses && kClassBlocks[found] < blocks) {
    ++found;
  }
  return found;
}

void SlotPlanner::asked(const KeyId& key,
                        const std::string& store,
                        std::size_t blocks,
                        SteadyTime now) {
  if (!keys_.contains(key) && keys_.size() >= kKeysMax) {
    forget_cold(now);
    if (keys_.size() >= kKeysMax && !forget_longest_unused()) {
      return;
    }
  }
  Key& entry = keys_[key];
  entry.store = store;
  entry.used_at = now;
  entry.demands[class_of(blocks)].add(std::max<std::size_t>(blocks, 1), now);
}

std::size_t SlotPlanner::wanted(std::size_t length_class,
                                const Demand& demand,
                                SteadyTime now) const {
  if (demand.slot_blocks() == 0) {
    return 0;
  }
  const double rate = demand.rate(now);
  const bool is_short = kClassBlocks[length_class] <= kShortBlocks;
  if (!is_short && rate < kSteadyPerSecond) {
    return 0;
  }
  // Half of it is ordered at a time; the other half lasts while the session runs, by chance too.
  const double arriving = rate * 3 * make_seconds_.value_or(kMakeSecondsGuess);
  const auto enough = static_cast<std::size_t>(std::ceil(arriving + 3 * std::sqrt(arriving) + 1));
  if (is_far()) {
    return std::max(enough, is_short ? kFarSlotsMin : kFarLongSlotsMin);
  }
  return std::max(enough, is_short ? kSlotsMin : kLongSlotsMin);
}

bool SlotPlanner::is_far() const {
  return pace_.fastest() > kFar;
}

bool SlotPlanner::is_idle(const Key& key) {
  return std::all_of(
      key.demands.begin(), key.demands.end(), [](const Demand& each) { return each.pending == 0; });
}

void SlotPlanner::forget_cold(SteadyTime now) {
  std::erase_if(keys_, [&](const auto& entry) {
    return is_idle(entry.second) && now - entry.second.used_at > kStaysHot;
  });
}

bool SlotPlanner::forget_longest_unused() {
  auto found = keys_.end();
  for (auto key = keys_.begin(); key != keys_.end(); ++key) {
    if (is_idle(key->second) &&
        (found == keys_.end() || key->second.used_at < found->second.used_at)) {
      found = key;
    }
  }
  if (found == keys_.end()) {
    return false;
  }
  keys_.erase(found);
  return true;
}

std::size_t SlotPlanner::pending() const {
  std::size_t sum = 0;
  for (const auto& [key, entry] : keys_) {
    for (const Demand& demand : entry.demands) {
      sum += demand.pending;
    }
  }
  return sum;
}

std::vector<SlotPlanner::Need> SlotPlanner::needs(SteadyTime now) {
  std::vector<Need> out;
  double slots = 0;
  double blocks = 0;
  for (auto& [key, entry] : keys_) {
    for (std::size_t c = 0; c < kClasses; ++c) {
      const std::size_t count = wanted(c, entry.demands[c], now);
      if (count > 0) {
        out.push_back({&key, &entry, c, static_cast<double>(count)});
        slots += static_cast<double>(count);
        blocks += static_cast<double>(count * entry.demands[c].slot_blocks());
      }
    }
  }
  const double share = std::min({1.0,
                                 static_cast<double>(kReadySlotsMax) / std::max(slots, 1.0),
                                 static_cast<double>(kReadyBlocksMax) / std::max(blocks, 1.0)});
  for (Need& need : out) {
    // However many keys there are: across far sites a key without a slot cannot encrypt at all.
    need.target = std::max(1.0, std::floor(need.target * share));
  }
  return out;
}

std::optional<SlotPlanner::Order> SlotPlanner::next(const SlotStore& ready, SteadyTime now) {
  forget_cold(now);
  // The key that lacks the largest part of what it should have goes first.
  const Need* neediest = nullptr;
  double lack = 0;
  double part = 0;
  const std::vector<Need> all = needs(now);
  for (const Need& need : all) {
    if (now < need.entry->not_before) {
      continue;
    }
    const Demand& demand = need.entry->demands[need.length_class];
    const std::size_t have =
        demand.pending +
        ready.count(*need.key, demand.slot_blocks(), kClassBlocks[need.length_class]);
    const double lacking = need.target - static_cast<double>(have);
    // A full order is worth its session, however small a part it is.
    const bool is_worth_it =
        lacking >= kOrderPart * need.target || lacking >= static_cast<double>(kOrderSlotsMax);
    if (lacking > 0 && is_worth_it && lacking / need.target > part) {
      neediest = &need;
      lack = lacking;
      part = lacking / need.target;
    }
  }
  const std::size_t under_way = pending();
  if (neediest == nullptr || under_way >= kPendingSlotsMax ||
      ready.total() + under_way >= kHeldSlotsMax) {
    return std::nullopt;
  }
  Demand& demand = neediest->entry->demands[neediest->length_class];
  Order order;
  order.key = *neediest->key;
  order.store = neediest->entry->store;
  order.blocks = static_cast<std::uint16_t>(demand.slot_blocks());
  order.count = 1;
  const std::size_t fit = std::max<std::size_t>(1, kOrderVectorsMax / order.vectors());
  order.count = static_cast<std::uint16_t>(std::min(
      {static_cast<std::size_t>(lack), kOrderSlotsMax, fit, kPendingSlotsMax - under_way}));
  demand.pending += order.count;
  return order;
}

void SlotPlanner::session_took(Milliseconds took) {
  pace_.note(took);
  const double seconds = std::min(kMakeSecondsMax, std::chrono::duration<double>(took).count());
  make_seconds_ =
      make_seconds_ ? *make_seconds_ + kSmoothing * (seconds - *make_seconds_) : seconds;
}

void SlotPlanner::ended(const Order& order) {
  if (const auto found = keys_.find(order.key); found != keys_.end()) {
    found->second.demands[class_of(order.blocks)].pending -= order.count;
    found->second.failures = 0;
    found->second.not_before = SteadyTime{};
  }
}

void SlotPlanner::failed(const Order& order, SteadyTime now) {
  if (const auto found = keys_.find(order.key); found != keys_.end()) {
    Key& key = found->second;
    key.demands[class_of(order.blocks)].pending -= order.count;
    key.not_before = now + kBackOffMin * (1U << std::min(key.failures, kDoublingsMax));
    ++key.failures;
  }
}

void SlotPlanner::refused(const Order& order) {
  if (const auto found = keys_.find(order.key); found != keys_.end()) {
    found->second.demands[class_of(order.blocks)].pending -= order.count;
    for (Demand& demand : found->second.demands) {
      demand.per_second = 0;
      demand.longest = 0;
      demand.longest_old = 0;
    }
  }
}

}  // namespace tercet::proxy
