#include "node/generation/slot_shelf.h"

#include <utility>

namespace tercet::node {

void SlotShelf::add(const SlotOrigin& origin, std::vector<mpc::Slot> slots) {
  TERCET_CHECK(!shelves_.contains(origin.session));
  Shelf shelf;
  shelf.origin = origin;
  std::uint16_t slot_number = 0;
  for (mpc::Slot& slot : slots) {
    shelf.slots.emplace(slot_number, std::move(slot));
    ++slot_number;
  }
  held_ += shelf.slots.size();
  shelves_.emplace(origin.session, std::move(shelf));
  order_.push_back(origin.session);
  while (held_ > kSlotsMax) {
    drop_oldest();
  }
  if (order_.size() > 2 * kSlotsMax) {
    std::erase_if(order_, [&](const SessionId& session) { return !shelves_.contains(session); });
  }
}

void SlotShelf::drop_oldest() {
  const auto found = shelves_.find(order_.front());
  order_.pop_front();
  if (found != shelves_.end()) {
    held_ -= found->second.slots.size();
    shelves_.erase(found);
  }
}

Result<SlotOrigin> SlotShelf::look(const SessionId& session, std::uint16_t slot_number) const {
  const auto found = shelves_.find(session);
  if (found == shelves_.end() || !found->second.slots.contains(slot_number)) {
    return Error(Errc::already_burnt, "the slot was spent, dropped or never made");
  }
  return found->second.origin;
}

Result<mpc::Slot> SlotShelf::burn(const SessionId& session, std::uint16_t slot_number) {
  const auto found = shelves_.find(session);
  if (found == shelves_.end()) {
    return Error(Errc::already_burnt, "the slot was spent, dropped or never made");
  }
  auto node = found->second.slots.extract(slot_number);
  if (node.empty()) {
    return Error(Errc::already_burnt, "the slot was spent, dropped or never made");
  }
  --held_;
  if (found->second.slots.empty()) {
    shelves_.erase(found);
  }
  return std::move(node.mapped());
}

template <class Goes>
std::size_t SlotShelf::drop_where(const Goes& goes) {
  std::size_t dropped = 0;
  for (auto shelf = shelves_.begin(); shelf != shelves_.end();) {
    if (goes(shelf->second.origin)) {
      dropped += shelf->second.slots.size();
      shelf = shelves_.erase(shelf);
    } else {
      ++shelf;
    }
  }
  held_ -= dropped;
  return dropped;
}

std::size_t SlotShelf::drop_key(const KeyId& key) {
  return drop_where([&](const SlotOrigin& origin) { return origin.key == key; });
}

std::size_t SlotShelf::drop_key_but(const KeyId& key,
                                    KeyVersion version,
                                    std::optional<KeyVersion> also) {
  return drop_where([&](const SlotOrigin& origin) {
    return origin.key == key && origin.version != version && origin.version != also;
  });
}

}  // namespace tercet::node
