#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "node/cli/admin_client.h"

namespace tercet::cli {

/// What a person should know of a command that is done, for those who may have expected otherwise.
/// `looked`: what the nodes answered to `GET /v1/keys/ID`.

/// That nobody knows the key: none if a node has it, or none could be asked. `ids`: keys that there
/// are, for whoever wrote another id than was meant.
std::optional<std::string> unknown_key_note(const KeyId& key,
                                            const NodeAnswers& looked,
                                            const std::vector<std::string>& ids);
/// That commands other than `own` block the key.
std::optional<std::string> blocked_key_note(const KeyId& key,
                                            const NodeAnswers& looked,
                                            const std::string& own);

/// The commands that block a key which no node has, each with the nodes that say so.
using Blocks = std::map<std::string, std::vector<std::string>>;
/// None where a node has the key: then they stand in what it says.
Blocks blocks_of_unknown_key(const NodeAnswers& looked);
/// That the key does not exist, what blocks its id, and what to do.
std::optional<std::string> blocked_id_note(const KeyId& key, const Blocks& blocks);

/// Asks those nodes that answered before (`answers`: one of each node) whether they know the key,
/// and where none does for ids like it. Who hangs is not waited for again.
std::optional<std::string> look_for_unknown_key(AdminClient& client,
                                                const KeyId& key,
                                                const NodeAnswers& answers);

}  // namespace tercet::cli
