#include "node/command/receipt.h"

namespace tercet::node {

Bytes receipt_signing_input(const ClusterId& cluster,
                            MembershipNumber membership,
                            mpc::PartyIndex node,
                            std::string_view document) {
  ByteWriter input;
  input.text("tercet receipt v1").raw(cluster.view()).u32(membership.value());
  input.u8(mpc::number(node)).text(document);
  return input.take();
}

Status check_receipt(const ClusterId& cluster,
                     const Membership& members,
                     const Receipt& receipt,
                     std::string_view document) {
  const Bytes input = receipt_signing_input(cluster, receipt.membership, receipt.node, document);
  if (receipt.membership != members.number ||
      !members.member(receipt.node).signing_key.verify(input, receipt.signature)) {
    return Error(Errc::not_authenticated, "check a receipt: its signature is wrong");
  }
  return ok_status();
}

}  // namespace tercet::node
