#include "mpc/party.h"

namespace tercet::mpc {

// Party i holds components i (own) and i+1 (next); the rest of the code relies on these relations.
static_assert(next(PartyIndex::p3) == PartyIndex::p1);
static_assert(previous(PartyIndex::p1) == PartyIndex::p3);
static_assert(side_of(PartyIndex::p1, PartyIndex::p3) == Side::previous);

}  // namespace tercet::mpc
