#include "node/command/kinds/import_key.h"

#include "node/command/kinds/create_key.h"
#include "node/command/members.h"

namespace tercet::node {

void ImportKey::print(nlohmann::json& into) const {
  print_terms(into, terms);
  into["import"] = payload.print();
}

Result<ImportKey> ImportKey::parse(Members& from) {
  ImportKey out;
  TERCET_TRY(out.terms, parse_terms(from));
  if (const nlohmann::json* payload = from.object("import"); payload != nullptr) {
    TERCET_TRY(out.payload, ImportPayload::parse(*payload));
  }
  return out;
}

Making ImportKey::making() const {
  Making out;
  out.key = key;
  out.terms = terms;
  out.import = payload;
  return out;
}

}  // namespace tercet::node
