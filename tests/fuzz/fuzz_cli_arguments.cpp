// Words after a sub-command, one on each line. Oracle: what was accepted, written as --name=value,
// is accepted as the same; required options are there.
#include "node/cli/arguments.h"
#include "tests/fuzz/fuzz_target.h"

FUZZ_TARGET(cli_arguments, input) {
  using namespace tercet::cli;  // NOLINT(google-build-using-namespace): fuzz body
  using tercet::fuzz::require;
  static const SubCommand command("key create",
                                  "for fuzzing",
                                  {Option("--id", "ID", "required", Option::Need::required),
                                   Option("--tag", "T", "repeatable", Option::Need::repeatable),
                                   Option("--rtt-ms", "N", "number"),
                                   Option("--json", "", "flag")},
                                  [](const Arguments&) { return 0; });
  std::vector<std::string> words;
  tercet::fuzz::Cutter cutter(input);
  while (!cutter.empty() && words.size() < 64) {
    words.emplace_back(cutter.line());
  }
  const auto read = parse_arguments(command, words);
  if (!read) {
    require(read.error().code() == tercet::Errc::invalid_argument, "wrong usage");
    return;
  }
  require(read->has("--id"), "required options are there");
  std::vector<std::string> usual;
  for (const Option& option : command.options) {
    for (const std::string& value : read->all(option.name)) {
      usual.push_back(option.value_name.empty() ? option.name : option.name + '=' + value);
    }
  }
  const auto again = parse_arguments(command, usual);
  for (const Option& option : command.options) {
    require(again && again->all(option.name) == read->all(option.name), "written out, the same");
  }
  const auto number = read->number("--rtt-ms", 5, 1, 100);
  require(!number || (*number >= 1 && *number <= 100), "a number within its bounds");
}
