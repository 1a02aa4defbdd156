#pragma once

#include <array>
#include <cstdint>

#include "core/base/check.h"

namespace tercet::mpc {

/// Which of the three roles of a protocol run. Counts from 1, as protocol.md does.
enum class PartyIndex : std::uint8_t { p1 = 1, p2 = 2, p3 = 3 };

inline constexpr std::array kAllParties = {PartyIndex::p1, PartyIndex::p2, PartyIndex::p3};

constexpr std::uint8_t number(PartyIndex party) {
  return static_cast<std::uint8_t>(party);
}

/// P(i+1), indices modulo 3.
constexpr PartyIndex next(PartyIndex party) {
  return static_cast<PartyIndex>(number(party) % 3 + 1);
}

/// P(i-1), indices modulo 3.
constexpr PartyIndex previous(PartyIndex party) {
  return next(next(party));
}

/// Which nodes a session, batch, slot, lease or remembered entry belongs to (protocol.md 2).
enum class ParticipantSet : std::uint8_t { p123 = 0, p12 = 1, p23 = 2, p31 = 3 };

/// The two neighbours of a party.
enum class Side : std::uint8_t { next, previous };

/// Where `other` stands, seen from `self`; the two differ.
constexpr Side side_of(PartyIndex self, PartyIndex other) {
  return next(self) == other ? Side::next : Side::previous;
}

}  // namespace tercet::mpc
