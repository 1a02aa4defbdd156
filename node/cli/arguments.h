#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace tercet::cli {

/// Exit codes of the tercet command; `--help` lists them.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnreachable = 3;

/// One option of a sub-command, declared once: parsing and help come from it.
class Option {
 public:
  enum class Need { optional, required, repeatable };

  /// A flag has an empty `value_name`.
  Option(std::string option_name, std::string value, std::string text, Need how = Need::optional)
      : name(std::move(option_name)),
        value_name(std::move(value)),
        description(std::move(text)),
        need(how) {}

  std::string name;  ///< with its dashes
  std::string value_name;
  std::string description;
  Need need;
};

/// The parsed options of one call.
class Arguments {
 public:
  bool has(std::string_view name) const { return values_.contains(std::string(name)); }

  std::optional<std::string> value(std::string_view name) const;
  std::string value_or(std::string_view name, std::string fallback) const;
  std::vector<std::string> all(std::string_view name) const;
  /// An unsigned number within bounds. Errors: invalid_argument, naming the option.
  Result<unsigned> number(std::string_view name,
                          unsigned fallback,
                          unsigned least,
                          unsigned most) const;

  /// As a shell takes it, to be given again.
  const std::string& call() const { return call_; }

  void set_call(std::string call) { call_ = std::move(call); }

  void add(const std::string& name, std::string value) {
    values_[name].push_back(std::move(value));
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::string call_;
};

/// One sub-command: "key create", its options, and what it does.
class SubCommand {
 public:
  SubCommand(std::string full_path,
             std::string one_line,
             std::vector<Option> its_options,
             std::function<int(const Arguments&)> action,
             std::string longer = "")
      : path(std::move(full_path)),
        summary(std::move(one_line)),
        options(std::move(its_options)),
        run(std::move(action)),
        details(std::move(longer)) {}

  std::string path;
  std::string summary;
  std::vector<Option> options;
  std::function<int(const Arguments&)> run;
  std::string details;
};

/// Parses the options after a sub-command's words. Errors: invalid_argument; the text names the
/// option.
Result<Arguments> parse_arguments(const SubCommand& command, const std::vector<std::string>& words);

std::string help_of_program(const std::vector<SubCommand>& commands);
/// Of a group such as "key".
std::string help_of_group(const std::vector<SubCommand>& commands, const std::string& group);
std::string help_of_command(const SubCommand& command);

/// Finds the sub-command, prints help where asked, runs it. Returns the exit code.
int dispatch(const std::vector<SubCommand>& commands, const std::vector<std::string>& words);

}  // namespace tercet::cli
