// tercet store console-file

#include <string>

#include <nlohmann/json.hpp>

#include "core/config/cluster_config.h"
#include "core/secret/secret_file.h"
#include "node/cli/commands.h"
#include "node/cli/console_file.h"
#include "node/cli/output.h"

namespace tercet::cli {
namespace {

using Json = nlohmann::json;

/// The one named, or the only one there is. Errors: invalid_argument.
Result<std::string> chosen(const Arguments& arguments,
                           const std::string& option,
                           const std::string& what,
                           const std::vector<std::string>& all) {
  if (const std::optional<std::string> named = arguments.value(option); named) {
    return *named;
  }
  if (all.size() != 1) {
    return Error(Errc::invalid_argument,
                 "there are " + std::to_string(all.size()) + " " + what + " to choose from")
        .hint("say which: " + option);
  }
  return all.front();
}

Result<ClusterConfig::Store> store_of(const Arguments& arguments, const ClusterConfig& cluster) {
  std::vector<std::string> names;
  names.reserve(cluster.stores.size());
  for (const ClusterConfig::Store& store : cluster.stores) {
    names.push_back(store.name);
  }
  TERCET_TRY(const std::string name, chosen(arguments, "--store", "key stores", names));
  const ClusterConfig::Store* store = cluster.find_store(name);
  if (store == nullptr) {
    return Error(Errc::invalid_argument, "the cluster file has no key store \"" + name + "\"");
  }
  return *store;
}

/// What was written, without the secret.
Result<Json> write_file(const Arguments& arguments, const ClusterConfig& cluster) {
  TERCET_TRY(const ClusterConfig::Store store, store_of(arguments, cluster));
  TERCET_TRY(const std::string access_key_id,
             chosen(arguments, "--access-key-id", "access key ids", store.access_key_ids));
  TERCET_TRY(const SecretBytes secret, read_secret_line(arguments.value_or("--secret-file", "")));
  TERCET_TRY(const SecretBytes content, console_file(store, access_key_id, secret));
  const std::string path = arguments.value_or("--out", "");
  TERCET_TRY_STATUS(write_secret_file(path, content));
  return Json{{"file", path},
              {"store", store.name},
              {"uri_path", store.uri_path},
              {"access_key_id", access_key_id}};
}

int make_console_file(const Arguments& arguments) {
  const Result<ClusterConfig> cluster = load_cluster_config(arguments.value_or("--cluster", ""));
  if (!cluster) {
    return fail(cluster.error(), kExitFailed);
  }
  const Result<Json> written = write_file(arguments, *cluster);
  if (!written) {
    return fail(written.error(),
                written.error().code() == Errc::invalid_argument ? kExitUsage : kExitFailed);
  }
  if (arguments.has("--json")) {
    print_line(written->dump());
  } else {
    print_line(written->at("file").get<std::string>() + " holds path and credential of the store " +
               written->at("store").get<std::string>() + ", and the secret: destroy it after use");
  }
  return kExitDone;
}

}  // namespace

std::vector<SubCommand> store_sub_commands() {
  return {SubCommand(
      "store console-file",
      "Write the file that the AWS console takes where an external key store is made.",
      {Option("--cluster", "CLUSTER.yaml", "the cluster file", Option::Need::required),
       Option("--secret-file",
              "FILE",
              "the SigV4 secret as the nodes have it, mode 0600",
              Option::Need::required),
       Option(
           "--out", "FILE", "what to write, mode 0600; it must not exist", Option::Need::required),
       Option("--store", "NAME", "the key store (default: the only one)"),
       Option("--access-key-id", "ID", "one of the store's (default: the only one)"),
       json_option()},
      make_console_file,
      "A JSON document of the store's path and one credential (in the console: Upload proxy\n"
      "configuration file; `aws kms create-custom-key-store` takes the same names). Needs no\n"
      "node: run it where the secret is, and destroy the file after its use.")};
}

}  // namespace tercet::cli
