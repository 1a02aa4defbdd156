// Our JSON parser against the general library. Oracles: what we accept the library reads as the
// same; what only the library accepts has a reason: a limit, a repeated member, a byte order mark.
#include <nlohmann/json.hpp>

#include "core/xks/secret_json.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace tercet;  // NOLINT(google-build-using-namespace): fuzz body
using fuzz::require;
using Json = nlohmann::json;
using xks::SecretJson;

void compare(const SecretJson& ours, const Json& theirs) {
  switch (ours.kind()) {
    case SecretJson::Kind::null:
      return require(theirs.is_null(), "null");
    case SecretJson::Kind::boolean:
      return require(theirs == *ours.boolean(), "boolean");
    case SecretJson::Kind::string:
      return require(theirs == std::string(*ours.string()), "string");
    case SecretJson::Kind::number:
      require(theirs.is_number(), "number");
      return require(!ours.integer() || theirs == *ours.integer(), "integer");
    case SecretJson::Kind::array:
      require(theirs.is_array() && theirs.size() == ours.elements().size(), "array");
      for (std::size_t i = 0; i < theirs.size(); ++i) {
        compare(ours.elements()[i], theirs[i]);
      }
      return;
    case SecretJson::Kind::object:
      require(theirs.is_object() && theirs.size() == ours.members().size(), "object");
      for (const auto& [name, value] : ours.members()) {
        compare(value, theirs.at(std::string(name)));
      }
  }
}

/// Without what we refuse on purpose, the library's value has one text, which we must read.
void check_reading(const Json& theirs) {
  const std::string text = theirs.dump();
  const Result<SecretJson> read = SecretJson::parse(as_bytes(text), {1000, 10000, 10000, 100});
  require(read.ok(), "we read what the library prints");
  compare(*read, theirs);
}

}  // namespace

FUZZ_TARGET(secret_json, input) {
  const ByteView text = input.first(std::min<std::size_t>(input.size(), 8192));
  const Result<SecretJson> ours = SecretJson::parse(text);
  const Json theirs = Json::parse(as_text(text), nullptr, false);
  if (!theirs.is_discarded()) {
    check_reading(theirs);
  }
  if (ours && theirs.is_discarded()) {
    // It refuses numbers beyond a double, which we keep as text.
    require(as_text(text).find_first_of("eE0123456789") != std::string_view::npos, "a number");
  } else if (ours) {
    compare(*ours, theirs);
  }
}
