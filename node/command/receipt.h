#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/signature.h"
#include "mpc/party.h"
#include "node/model/membership.h"

namespace tercet::node {

/// A node's word that a permit reached it before it expired. A permit is in force with the receipts
/// of two nodes: one of them is honest, so it was given in time; and since the receipts travel with
/// it, they count at any later time.
class Receipt {
 public:
  Receipt() = default;

  mpc::PartyIndex node = mpc::PartyIndex::p1;
  MembershipNumber membership;
  Signature signature{};

  bool operator==(const Receipt&) const = default;
};

inline constexpr std::size_t kReceiptsNeeded = 2;
inline constexpr std::size_t kReceiptsMax = 3;

/// What a receipt's signature covers. `document`: the command's.
Bytes receipt_signing_input(const ClusterId& cluster,
                            MembershipNumber membership,
                            mpc::PartyIndex node,
                            std::string_view document);

/// Errors: not_authenticated (another membership, or a wrong signature).
Status check_receipt(const ClusterId& cluster,
                     const Membership& members,
                     const Receipt& receipt,
                     std::string_view document);

}  // namespace tercet::node
