#pragma once

#include <string>

#include "core/config/cluster_config.h"
#include "core/config/common.h"
#include "core/config/loader.h"

/// Sections that several files have, read the same way. Private to core/config.
namespace tercet::config {

/// {certificate, private_key}
TlsFiles read_tls(Section section);

/// {level, file}
LogSettings read_log(Section section);

/// Loads the cluster file named by `cluster`; its problems become one of this file's.
ClusterConfig read_cluster(Section& root, std::string& cluster_file);

/// Text of this alphabet, 1 to 64 characters: names of nodes, proxies, administrators, stores.
bool is_name(std::string_view text);

}  // namespace tercet::config
