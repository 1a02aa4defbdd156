#include "node/cli/wanted_keys.h"

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "node/cli/key_terms_options.h"

namespace tercet::cli {
namespace {

Result<node::CreateKey> wanted(const std::string& id,
                               const Arguments& terms,
                               const ClusterConfig& cluster) {
  TERCET_TRY(KeyId key, KeyId::parse(id));
  node::CreateKey out(std::move(key));
  TERCET_TRY(out.terms, terms_of(terms, cluster));
  return out;
}

/// What the line says, and for the rest what stands before all lines.
Arguments merged(const Arguments& line, const Arguments& common) {
  Arguments out = line;
  const bool says_store = line.has("--store") || line.has("--no-store");
  for (const Option& option : terms_options()) {
    const bool of_store = option.name == "--store" || option.name == "--no-store";
    if (common.has(option.name) && !line.has(option.name) && !(of_store && says_store)) {
      out.add(option.name, common.value_or(option.name, ""));
    }
  }
  return out;
}

Result<node::CreateKey> parse_line(const std::string& text,
                                   const Arguments& common,
                                   const ClusterConfig& cluster) {
  std::istringstream from(text);
  std::string id;
  from >> id;
  const std::vector<std::string> words((std::istream_iterator<std::string>(from)),
                                       std::istream_iterator<std::string>());
  const SubCommand line("key create --file", "", terms_options(), nullptr);
  TERCET_TRY(const Arguments said, parse_arguments(line, words));
  return wanted(id, merged(said, common), cluster);
}

Result<std::string> read_list(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) {
    text.resize(kWantedFileBytesMax + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad() || text.size() > kWantedFileBytesMax) {
    return Error(Errc::not_found, "cannot read " + path + ", or it is longer than 32 MiB")
        .hint("one key a line: its id, then options such as --usage");
  }
  return text;
}

}  // namespace

Result<std::vector<node::CreateKey>> parse_key_list(std::string_view text,
                                                    const Arguments& common,
                                                    const ClusterConfig& cluster) {
  std::vector<node::CreateKey> out;
  std::set<KeyId> ids;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos || line[first] == '#') {
      continue;
    }
    const std::string where = "line " + std::to_string(number) + ": ";
    Result<node::CreateKey> key = parse_line(line, common, cluster);
    if (!key) {
      return Error(Errc::invalid_argument, where + key.error().what()).hint(key.error().hint());
    }
    if (!ids.insert(key->key).second) {
      return Error(Errc::invalid_argument, where + key->key.text() + " was named before");
    }
    if (out.size() == kWantedKeysMax) {
      return Error(Errc::invalid_argument, where + "more than 100000 keys");
    }
    out.push_back(std::move(key).value());
  }
  if (out.empty()) {
    return Error(Errc::invalid_argument, "the list names no key");
  }
  return out;
}

Result<std::vector<node::CreateKey>> wanted_keys(const Arguments& arguments,
                                                 const ClusterConfig& cluster) {
  const std::string id = arguments.value_or("--id", "");
  if (arguments.has("--file")) {
    if (arguments.has("--id") || arguments.has("--count")) {
      return Error(Errc::invalid_argument, "--file excludes --id and --count");
    }
    TERCET_TRY(const std::string text, read_list(arguments.value_or("--file", "")));
    return parse_key_list(text, arguments, cluster);
  }
  if (!arguments.has("--id")) {
    return Error(Errc::invalid_argument, "--id KEY is missing, or --file FILE");
  }
  std::vector<node::CreateKey> out;
  if (!arguments.has("--count")) {
    TERCET_TRY(node::CreateKey one, wanted(id, arguments, cluster));
    out.push_back(std::move(one));
    return out;
  }
  TERCET_TRY(const unsigned count, arguments.number("--count", 1, 1, kWantedKeysMax));
  for (unsigned i = 1; i <= count; ++i) {
    TERCET_TRY(node::CreateKey one, wanted(id + "-" + std::to_string(i), arguments, cluster));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace tercet::cli
