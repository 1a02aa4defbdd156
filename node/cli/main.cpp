// The tercet command.

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "core/base/write_signals.h"
#include "node/cli/arguments.h"
#include "node/cli/commands.h"
#include "node/cli/output.h"

namespace tercet::cli {

namespace {

std::vector<SubCommand> all_commands() {
  std::vector<SubCommand> out;
  for (std::vector<SubCommand>& part : std::vector{
           key_sub_commands(), store_sub_commands(), status_sub_commands(), dev_sub_commands()}) {
    std::move(part.begin(), part.end(), std::back_inserter(out));
  }
  return out;
}

}  // namespace
}  // namespace tercet::cli

int main(int argc, char** argv) {
  // A reader that goes away must not end a command that makes keys, or starts daemons, half-way.
  tercet::ignore_write_signals();
  const std::vector<std::string> words(argv + 1, argv + argc);
  return tercet::cli::after_output(tercet::cli::dispatch(tercet::cli::all_commands(), words));
}
