// Options that several sub-commands share.

#include "node/cli/commands.h"

namespace tercet::cli {

Option config_option() {
  return Option("--config",
                "ADMIN.yaml",
                "the administrator's file: who signs, and the cluster",
                Option::Need::required);
}

Option json_option() {
  return Option("--json", "", "print one JSON document (docs/api.md) instead of text");
}

Option timeout_option() {
  return Option("--timeout-s", "N", "how long to wait for the nodes (default 60)");
}

Option cosigner_option() {
  return Option("--cosigner",
                "ADMIN.yaml",
                "a further administrator who signs, where the quorum is above 1",
                Option::Need::repeatable);
}

}  // namespace tercet::cli
