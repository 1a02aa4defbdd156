#include "node/command/envelope.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/codec/base64.h"
#include "node/command/command.h"
#include "node/command/members.h"

namespace tercet::node {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kEnvelopeBytesMax = 2 * kCommandBytesMax + 8 * 1024;

Result<Signature> parse_signature(Members& fields) {
  const std::string encoded = fields.text("signature", 128);
  TERCET_TRY_STATUS(fields.finish());
  TERCET_TRY(const Bytes bytes, base64_decode(encoded));
  Signature out{};
  if (bytes.size() != out.size()) {
    return malformed_command("a signature has a wrong length");
  }
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

Result<CommandSignature> parse_approval(const Json& entry) {
  Members fields(entry);
  CommandSignature out;
  out.administrator = fields.text("administrator", 64);
  TERCET_TRY(out.signature, parse_signature(fields));
  return out;
}

Result<Receipt> parse_receipt(const Json& entry) {
  Members fields(entry);
  Receipt out;
  const std::uint64_t node = fields.number("node");
  const std::uint64_t membership = fields.number("membership");
  TERCET_TRY(out.signature, parse_signature(fields));
  if (node < 1 || node > mpc::kAllParties.size() ||
      membership > std::numeric_limits<MembershipNumber::rep>::max()) {
    return malformed_command("a receipt is of no node");
  }
  out.node = static_cast<mpc::PartyIndex>(node);
  out.membership = MembershipNumber(static_cast<MembershipNumber::rep>(membership));
  return out;
}

/// The entries of a list of objects, each read by `parse`.
template <class Entry>
Status parse_list(const Json& list, Result<Entry> (*parse)(const Json&), std::vector<Entry>& into) {
  for (const Json& entry : list) {
    if (!entry.is_object()) {
      return malformed_command("a signature is not an object");
    }
    TERCET_TRY(Entry read, parse(entry));
    into.push_back(std::move(read));
  }
  return ok_status();
}

}  // namespace

std::string CommandEnvelope::print() const {
  Json approvals = Json::array();
  for (const CommandSignature& signature : signatures) {
    approvals.push_back(Json{{"administrator", signature.administrator},
                             {"signature", base64_encode(signature.signature)}});
  }
  Json taken = Json::array();
  for (const Receipt& receipt : receipts) {
    taken.push_back(Json{{"node", mpc::number(receipt.node)},
                         {"membership", receipt.membership.value()},
                         {"signature", base64_encode(receipt.signature)}});
  }
  return Json{
      {"command", document}, {"receipts", std::move(taken)}, {"signatures", std::move(approvals)}}
      .dump();
}

Result<CommandEnvelope> CommandEnvelope::parse(std::string_view text) {
  TERCET_TRY(const Json json, parse_object(text, kEnvelopeBytesMax));
  Members members(json);
  CommandEnvelope envelope;
  envelope.document = members.text("command", kCommandBytesMax);
  const Json* const approvals = members.array("signatures", kCommandSignaturesMax);
  const Json* const taken = members.array("receipts", kReceiptsMax);
  TERCET_TRY_STATUS(members.finish());
  TERCET_TRY_STATUS(parse_list(*approvals, parse_approval, envelope.signatures));
  TERCET_TRY_STATUS(parse_list(*taken, parse_receipt, envelope.receipts));
  return envelope;
}

}  // namespace tercet::node
