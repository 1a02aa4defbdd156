#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/config/cluster_config.h"
#include "node/cli/arguments.h"
#include "node/command/kinds/create_key.h"

namespace tercet::cli {

/// In one call; also the lines of a file.
inline constexpr std::size_t kWantedKeysMax = 100'000;
inline constexpr std::size_t kWantedFileBytesMax = 32U << 20U;

/// The keys that `tercet key create` is to make: one (--id KEY); KEY-1 to KEY-N (--count N); or
/// those of a file (--file FILE). Errors: invalid_argument, naming the option or line; not_found
/// (the file), too large included.
Result<std::vector<node::CreateKey>> wanted_keys(const Arguments& arguments,
                                                 const ClusterConfig& cluster);

/// One key a line: its id, then options of terms_options() where they differ from `common`. Empty
/// lines and those that begin with # are skipped. Errors: invalid_argument, naming the line.
Result<std::vector<node::CreateKey>> parse_key_list(std::string_view text,
                                                    const Arguments& common,
                                                    const ClusterConfig& cluster);

}  // namespace tercet::cli
