#include "node/cli/arguments.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "node/cli/output.h"

namespace tercet::cli {
namespace {

constexpr std::string_view kExitCodes =
    "\nExit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 a node or process cannot be "
    "reached.\n";

int usage_error(const std::string& what, const std::string& help) {
  std::fprintf(stderr, "tercet: %s\nSee: %s --help\n", what.c_str(), help.c_str());
  return kExitUsage;
}

const Option* find_option(const SubCommand& command, std::string_view name) {
  const auto found = std::find_if(command.options.begin(),
                                  command.options.end(),
                                  [&](const Option& option) { return option.name == name; });
  return found == command.options.end() ? nullptr : &*found;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 2), ' ');
  return text;
}

std::string label_of(const Option& option) {
  return option.value_name.empty() ? option.name : option.name + " " + option.value_name;
}

std::string group_of(const SubCommand& command) {
  return command.path.substr(0, command.path.find(' '));
}

bool is_help_option(const std::string& word) {
  return word == "--help" || word == "-h";
}

std::string quoted_for_shell(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
    return word;
  }
  std::string out = "'";
  for (const char c : word) {
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out + "'";
}

/// Where a command or sub-command may stand; later, "help" may be an option's value.
bool wants_help(const std::string& word) {
  return is_help_option(word) || word == "help";
}

}  // namespace

std::optional<std::string> Arguments::value(std::string_view name) const {
  const auto found = values_.find(std::string(name));
  if (found == values_.end()) {
    return std::nullopt;
  }
  return found->second.back();
}

std::string Arguments::value_or(std::string_view name, std::string fallback) const {
  return value(name).value_or(std::move(fallback));
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  const auto found = values_.find(std::string(name));
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

Result<unsigned> Arguments::number(std::string_view name,
                                   unsigned fallback,
                                   unsigned least,
                                   unsigned most) const {
  const std::optional<std::string> text = value(name);
  if (!text) {
    return fallback;
  }
  unsigned parsed = 0;
  const char* end = text->data() + text->size();
  const auto [stopped, failed] = std::from_chars(text->data(), end, parsed);
  if (failed != std::errc() || stopped != end || parsed < least || parsed > most) {
    return Error(Errc::invalid_argument,
                 std::string(name) + " takes a number from " + std::to_string(least) + " to " +
                     std::to_string(most));
  }
  return parsed;
}

Result<Arguments> parse_arguments(const SubCommand& command,
                                  const std::vector<std::string>& words) {
  Arguments out;
  std::string call = "tercet " + command.path;
  for (const std::string& word : words) {
    call += " " + quoted_for_shell(word);
  }
  out.set_call(std::move(call));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    const std::string name = words[i].substr(0, equals);
    const Option* option = find_option(command, name);
    if (option == nullptr) {
      return Error(Errc::invalid_argument,
                   "`tercet " + command.path + "` does not know \"" + name + "\"");
    }
    if (out.has(name) && option->need != Option::Need::repeatable) {
      return Error(Errc::invalid_argument, name + " was given twice");
    }
    if (option->value_name.empty()) {
      if (equals != std::string::npos) {
        return Error(Errc::invalid_argument, name + " takes no value");
      }
      out.add(name, "");
      continue;
    }
    if (equals != std::string::npos) {
      out.add(name, words[i].substr(equals + 1));
    } else if (i + 1 < words.size() && !words[i + 1].starts_with("--")) {
      out.add(name, words[++i]);
    } else {
      return Error(Errc::invalid_argument, name + " needs a value: " + label_of(*option));
    }
  }
  for (const Option& option : command.options) {
    if (option.need == Option::Need::required && !out.has(option.name)) {
      return Error(Errc::invalid_argument, label_of(option) + " is missing");
    }
  }
  return out;
}

std::string help_of_program(const std::vector<SubCommand>& commands) {
  std::string out =
      "tercet: administer a Tercet cluster, three nodes that hold AES keys in shares.\n\n"
      "Usage: tercet COMMAND [options]\n\nCommands:\n";
  for (const SubCommand& command : commands) {
    out += "  " + padded(command.path, 16) + command.summary + "\n";
  }
  out += "\n`tercet COMMAND --help` explains each of them.\n";
  out += kExitCodes;
  return out;
}

std::string help_of_group(const std::vector<SubCommand>& commands, const std::string& group) {
  std::string out = "Usage: tercet " + group + " COMMAND [options]\n\nCommands:\n";
  for (const SubCommand& command : commands) {
    if (group_of(command) == group) {
      out += "  " + padded(command.path, 16) + command.summary + "\n";
    }
  }
  out += kExitCodes;
  return out;
}

std::string help_of_command(const SubCommand& command) {
  std::string out = "Usage: tercet " + command.path;
  std::string rows;
  for (const Option& option : command.options) {
    const bool required = option.need == Option::Need::required;
    out += required ? " " + label_of(option) : " [" + label_of(option) + "]";
    rows += "  " + padded(label_of(option), 26) + option.description + "\n";
  }
  out += "\n\n" + command.summary + "\n";
  if (!command.details.empty()) {
    out += "\n" + command.details + "\n";
  }
  if (!rows.empty()) {
    out += "\nOptions:\n" + rows;
  }
  out += kExitCodes;
  return out;
}

int dispatch(const std::vector<SubCommand>& commands, const std::vector<std::string>& words) {
  if (words.empty() || wants_help(words[0])) {
    print_text(help_of_program(commands));
    return words.empty() ? kExitUsage : kExitDone;
  }
  if (words[0] == "--version") {
    print_text(std::string("tercet ") + TERCET_VERSION + "\n");
    return kExitDone;
  }
  const bool two_words = words.size() > 1 && !words[1].starts_with("-");
  const std::string path = two_words ? words[0] + " " + words[1] : words[0];
  for (const SubCommand& command : commands) {
    const bool single = command.path == words[0];
    if (!single && command.path != path) {
      continue;
    }
    const std::vector<std::string> rest(words.begin() + (single ? 1 : 2), words.end());
    if (std::any_of(rest.begin(), rest.end(), is_help_option)) {
      print_text(help_of_command(command));
      return kExitDone;
    }
    Result<Arguments> arguments = parse_arguments(command, rest);
    if (!arguments) {
      return usage_error(arguments.error().what(), "tercet " + command.path);
    }
    return command.run(*arguments);
  }
  const bool group = std::any_of(commands.begin(), commands.end(), [&](const SubCommand& command) {
    return group_of(command) == words[0];
  });
  if (group && (words.size() == 1 || wants_help(words[1]))) {
    print_text(help_of_group(commands, words[0]));
    return words.size() == 1 ? kExitUsage : kExitDone;
  }
  return usage_error("there is no command \"" + path + "\"",
                     group ? "tercet " + words[0] : "tercet");
}

}  // namespace tercet::cli
