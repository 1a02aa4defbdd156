#include "node/command/kinds/create_key.h"

#include "node/command/members.h"

namespace tercet::node {
namespace {

constexpr std::size_t kStoreBytesMax = 64;

}  // namespace

void print_terms(nlohmann::json& into, const KeyTerms& terms) {
  into["store"] = terms.store;
  into["usage"] = print_usage(terms.usage);
  into["framing"] = std::string(print_framing(terms.framing));
  into["enabled"] = terms.enabled;
}

Result<KeyTerms> parse_terms(Members& from) {
  KeyTerms terms;
  terms.store = from.text("store", kStoreBytesMax);
  TERCET_TRY(terms.usage, parse_usage(from.text("usage", 32)));
  TERCET_TRY(terms.framing, parse_framing(from.text("framing", 16)));
  terms.enabled = from.boolean("enabled");
  return terms;
}

void CreateKey::print(nlohmann::json& into) const {
  print_terms(into, terms);
}

Result<CreateKey> CreateKey::parse(Members& from) {
  CreateKey out;
  TERCET_TRY(out.terms, parse_terms(from));
  if (out.terms.framing != KeyFraming::framed) {
    return malformed_command("only an imported key can have raw AAD framing");
  }
  return out;
}

Making CreateKey::making() const {
  Making out;
  out.key = key;
  out.terms = terms;
  return out;
}

}  // namespace tercet::node
