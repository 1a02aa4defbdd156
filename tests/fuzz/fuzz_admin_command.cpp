// Administrators' commands and their envelopes. Oracles: a command that is accepted prints to
// itself byte for byte, since that is what was signed; an envelope printed anew is read as the
// same.
#include "node/command/command.h"
#include "node/command/envelope.h"
#include "tests/fuzz/fuzz_target.h"

FUZZ_TARGET(admin_command, input) {
  using namespace tercet::node;  // NOLINT(google-build-using-namespace): fuzz body
  using tercet::fuzz::require;
  const std::string_view text = tercet::as_text(input);
  if (const auto command = Command::parse(text)) {
    require(command->print() == text, "one document for each command");
    const bool permits = command->form() == CommandForm::permit;
    require(command->overrides.empty() != permits, "permits name what they lift");
  }
  const auto envelope = CommandEnvelope::parse(text);
  if (!envelope) {
    return;
  }
  require(envelope->signatures.size() <= kCommandSignaturesMax, "bounded signatures");
  require(envelope->receipts.size() <= kReceiptsMax, "bounded receipts");
  const auto again = CommandEnvelope::parse(envelope->print());
  require(again && again->document == envelope->document &&
              again->signatures.size() == envelope->signatures.size() &&
              again->receipts == envelope->receipts,
          "an envelope, printed anew");
  for (std::size_t i = 0; i < envelope->signatures.size(); ++i) {
    require(again->signatures[i].administrator == envelope->signatures[i].administrator &&
                again->signatures[i].signature == envelope->signatures[i].signature,
            "with its signatures");
  }
}
