// Administrators' commands and their envelopes. Oracles: a command that is accepted prints to
// itself byte for byte, since that is what was signed; an envelope printed anew is read as the
// same.
#include "node/admin/command.h"
#include "tests/fuzz/fuzz_target.h"

FUZZ_TARGET(admin_command, input) {
  using namespace tercet::node;  // NOLINT(google-build-using-namespace): fuzz body
  using tercet::fuzz::require;
  const std::string_view text = tercet::as_text(input);
  if (const auto command = Command::parse(text)) {
    require(command->print() == text, "one document for each command");
    require(command->import.has_value() == (command->kind == CommandKind::import_key), "payload");
  }
  const auto envelope = CommandEnvelope::parse(text);
  if (!envelope) {
    return;
  }
  require(envelope->signatures.size() <= kCommandSignaturesMax, "bounded signatures");
  const auto again = CommandEnvelope::parse(envelope->print());
  require(again && again->document == envelope->document &&
              again->signatures.size() == envelope->signatures.size(),
          "an envelope, printed anew");
  for (std::size_t i = 0; i < envelope->signatures.size(); ++i) {
    require(again->signatures[i].administrator == envelope->signatures[i].administrator &&
                again->signatures[i].signature == envelope->signatures[i].signature,
            "with its signatures");
  }
}
