#pragma once

#include "core/base/result.h"
#include "node/store/database.h"

namespace tercet::node {

inline constexpr int kSchemaVersion = 2;

/// Makes the tables in an empty database, or checks that the schema is the one this program knows
/// (rule D8: an unknown version is an error, never a guess). Errors: storage_corrupt, unsupported.
Status prepare_schema(Database& database);
/// Whether there is nothing in it at all, not even another program's tables.
Result<bool> is_empty(Database& database);

}  // namespace tercet::node
