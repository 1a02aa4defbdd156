#include "tests/kms/options.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string_view>
#include <utility>

#include "core/net/connector.h"

namespace tercet::kms {
namespace {

/// Takes the option's value (empty for a switch) into the options.
using Take = std::function<Status(KmsOptions&, const std::string&)>;

class Option {
 public:
  Option(std::string option_name, std::string value_name, std::string text, Take taker)
      : name(std::move(option_name)),
        value(std::move(value_name)),
        help(std::move(text)),
        take(std::move(taker)) {}

  std::string name;
  std::string value;  ///< empty: a switch
  std::string help;
  Take take;
};

Error bad(std::string text) {
  return Error(Errc::invalid_argument, std::move(text));
}

Result<std::uint64_t> number(const std::string& text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    return bad("'" + text + "' is not a number from " + std::to_string(least) + " to " +
               std::to_string(most));
  }
  return value;
}

Take into_text(std::string KmsOptions::*member) {
  return [member](KmsOptions& options, const std::string& value) -> Status {
    options.*member = value;
    return ok_status();
  };
}

Take into_switch(bool KmsOptions::*member) {
  return [member](KmsOptions& options, const std::string& /*value*/) -> Status {
    options.*member = true;
    return ok_status();
  };
}

template <class Number>
Take into_number(Number KmsOptions::*member, std::uint64_t least, std::uint64_t most) {
  return [member, least, most](KmsOptions& options, const std::string& value) -> Status {
    TERCET_TRY(const std::uint64_t parsed, number(value, least, most));
    options.*member = static_cast<Number>(parsed);
    return ok_status();
  };
}

Take into_time(Milliseconds KmsOptions::*member, std::uint64_t most, unsigned unit_ms) {
  return [member, most, unit_ms](KmsOptions& options, const std::string& value) -> Status {
    TERCET_TRY(const std::uint64_t parsed, number(value, 1, most));
    options.*member = Milliseconds(parsed * unit_ms);
    return ok_status();
  };
}

/// HOST:PORT:ADDRESS:PORT, as curl's option of this name.
Status take_connect_to(KmsOptions& options, const std::string& value) {
  const std::size_t host_end = value.find(':');
  const std::size_t port_end = value.find(':', host_end == std::string::npos ? 0 : host_end + 1);
  if (host_end == std::string::npos || port_end == std::string::npos ||
      !HostPort::parse(value.substr(0, port_end)) || !HostPort::parse(value.substr(port_end + 1))) {
    return bad("'" + value + "' is not HOST:PORT:ADDRESS:PORT");
  }
  options.connect_to[value.substr(0, port_end)] = value.substr(port_end + 1);
  return ok_status();
}

Status take_account(KmsOptions& options, const std::string& value) {
  if (value.size() != 12 || value.find_first_not_of("0123456789") != std::string::npos) {
    return bad("'" + value + "' is not an account of 12 digits");
  }
  options.account = value;
  return ok_status();
}

Status take_ca(KmsOptions& options, const std::string& value) {
  options.xks_ca.push_back(value);
  return ok_status();
}

const std::vector<Option>& all_options() {
  using O = KmsOptions;
  static const std::vector<Option> table = {
      {"--listen",
       "HOST:PORT",
       "where the KMS API is served, over plain HTTP (required)",
       into_text(&O::listen)},
      {"--region", "REGION", "the Region this KMS plays [us-east-1]", into_text(&O::region)},
      {"--account", "DIGITS", "the account it plays [111122223333]", take_account},
      {"--state",
       "FOLDER",
       "keep stores, keys and aliases there (secrets in clear, mode 0600)\n"
       "[memory only]",
       into_text(&O::state_folder)},
      {"--xks-ca",
       "FILE",
       "PEM file of roots that proxies' certificates chain to; may be\n"
       "repeated [the system's]",
       take_ca},
      {"--connect-to",
       "HOST:PORT:ADDRESS:PORT",
       "where a proxy's name lives, as curl's option;\n"
       "may be repeated",
       take_connect_to},
      {"--strict", "", "refuse endpoints with a port, as AWS does", into_switch(&O::strict)},
      {"--mtls-cert",
       "FILE",
       "client certificate towards proxies, with --mtls-key",
       into_text(&O::mtls_certificate)},
      {"--mtls-key", "FILE", "its private key", into_text(&O::mtls_key)},
      {"--xks-timeout-ms",
       "N",
       "time limit of one call to a proxy [250]",
       into_time(&O::xks_timeout, 60'000, 1)},
      {"--xks-retries",
       "N",
       "more attempts after a time-out [1]",
       into_number(&O::xks_retries, 0, 3)},
      {"--connect-delay-ms",
       "N",
       "how long connecting a store takes at least [300]",
       [](KmsOptions& options, const std::string& value) -> Status {
         TERCET_TRY(const std::uint64_t parsed, number(value, 0, 600'000));
         options.connect_delay = Milliseconds(parsed);
         return ok_status();
       }},
      {"--health-interval-s",
       "N",
       "seconds between health checks of connected stores [60]",
       into_time(&O::health_interval, 86'400, 1000)},
      {"--inner-overhead",
       "N",
       "bytes that the inner layer of new keys adds, 61 to 204 [152]",
       into_number(&O::inner_overhead_bytes, 61, 204)},
      {"--store-quota-per-s",
       "N",
       "cryptographic calls a second for each store [no limit]",
       into_number(&O::store_quota_per_second, 1, 1'000'000)},
      {"--seconds-per-day",
       "N",
       "length of a day of a deletion's waiting time [86400]",
       into_number(&O::seconds_per_day, 1, 86'400)},
      {"--identities",
       "FILE",
       "JSON file of access key ids with secret, principal and context",
       into_text(&O::identities_file)},
      {"--require-identity",
       "",
       "refuse access key ids that are not in that file",
       into_switch(&O::require_identity)},
      {"--events",
       "FILE",
       "append one JSON line for each call, as CloudTrail records it",
       into_text(&O::events_file)},
      {"--help", "", "show this", into_switch(&O::help)},
  };
  return table;
}

Status check(const KmsOptions& options) {
  if (options.help) {
    return ok_status();
  }
  if (options.listen.empty()) {
    return bad("--listen HOST:PORT is needed");
  }
  if (!HostPort::parse(options.listen)) {
    return bad("--listen: '" + options.listen + "' is not HOST:PORT");
  }
  if (options.region.empty() || options.region.find_first_not_of(
                                    "abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos) {
    return bad("--region: '" + options.region + "' is no name of a Region");
  }
  if (options.mtls_certificate.empty() != options.mtls_key.empty()) {
    return bad("--mtls-cert and --mtls-key go together");
  }
  if (options.require_identity && options.identities_file.empty()) {
    return bad("--require-identity needs --identities FILE");
  }
  return ok_status();
}

}  // namespace

Result<KmsOptions> parse_options(const std::vector<std::string>& words) {
  KmsOptions options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t equals = words[i].starts_with("--") ? words[i].find('=') : std::string::npos;
    const std::string name = words[i].substr(0, equals);
    const auto option = std::find_if(all_options().begin(),
                                     all_options().end(),
                                     [&](const Option& known) { return known.name == name; });
    if (option == all_options().end()) {
      return bad("unknown option '" + words[i] + "'");
    }
    std::string value;
    if (equals != std::string::npos) {
      value = words[i].substr(equals + 1);
    } else if (!option->value.empty() && ++i < words.size()) {
      value = words[i];
    }
    if (value.empty() != option->value.empty()) {
      return bad(option->value.empty() ? name + " takes no value"
                                       : name + " needs a value: " + option->value);
    }
    if (Status taken = option->take(options, value); !taken) {
      return bad(name + ": " + taken.error().what());
    }
  }
  TERCET_TRY_STATUS(check(options));
  return options;
}

std::string options_help() {
  constexpr std::size_t kColumn = 29;
  std::string out =
      "usage: tercet-kms --listen HOST:PORT [options]\n\n"
      "A local stand-in for AWS KMS with external key stores, for development and tests. It keeps\n"
      "secrets in clear and is no security boundary. Point the AWS CLI or an SDK at it with\n"
      "--endpoint-url http://HOST:PORT. GET /ping says that it is up, GET /metrics what it "
      "did.\n\n";
  for (const Option& option : all_options()) {
    std::string line = "  " + option.name + (option.value.empty() ? "" : " " + option.value);
    if (line.size() + 1 > kColumn) {
      line += "\n" + std::string(kColumn, ' ');
    } else {
      line.resize(kColumn, ' ');
    }
    for (const char c : option.help) {
      line += c;
      if (c == '\n') {
        line += std::string(kColumn, ' ');
      }
    }
    out += line + "\n";
  }
  return out + "\nExit codes: 0 ended in order, 1 failed, 2 usage.\n";
}

}  // namespace tercet::kms
