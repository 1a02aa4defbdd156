#include "node/cli/key_terms_options.h"

#include <optional>
#include <string>

namespace tercet::cli {
namespace {

/// The store named, or the cluster's only one.
Result<std::string> store_of(const Arguments& arguments, const ClusterConfig& cluster) {
  if (arguments.has("--no-store")) {
    if (arguments.has("--store")) {
      return Error(Errc::invalid_argument, "--store and --no-store exclude each other");
    }
    return std::string();
  }
  if (const std::optional<std::string> name = arguments.value("--store"); name) {
    if (cluster.find_store(*name) == nullptr) {
      return Error(Errc::invalid_argument, "the cluster file has no key store \"" + *name + "\"");
    }
    return *name;
  }
  if (cluster.stores.size() == 1) {
    return cluster.stores.front().name;
  }
  return Error(Errc::invalid_argument, "the cluster has several key stores")
      .hint("say which: --store NAME");
}

}  // namespace

std::vector<Option> terms_options() {
  return {Option("--store", "NAME", "the key store it belongs to (default: the only one)"),
          Option("--no-store", "", "in no key store, as the health key"),
          Option("--usage", "USAGE", "encrypt,decrypt (default), encrypt, decrypt or none"),
          Option("--disabled", "", "make it disabled")};
}

Result<node::KeyTerms> terms_of(const Arguments& arguments, const ClusterConfig& cluster) {
  node::KeyTerms terms;
  TERCET_TRY(terms.store, store_of(arguments, cluster));
  TERCET_TRY(terms.usage, node::parse_usage(arguments.value_or("--usage", "encrypt,decrypt")));
  terms.enabled = !arguments.has("--disabled");
  return terms;
}

}  // namespace tercet::cli
