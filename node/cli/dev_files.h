#pragma once

#include <cstddef>

#include "core/base/result.h"
#include "node/cli/dev_layout.h"

namespace tercet::cli {

inline constexpr const char* kDevStore = "dev";
inline constexpr const char* kDevUriPath = "/dev/kms/xks/v1";
inline constexpr const char* kDevRegion = "us-east-1";
inline constexpr const char* kDevHealthKey = "health";
inline constexpr const char* kDevAdministrator = "admin-1";

/// Makes whatever of a development cluster's keys, certificates and credentials is not there yet:
/// the private CA of the links, another CA for the certificate shown to KMS, three nodes, `proxies`
/// proxies, one administrator. Nothing that exists is replaced.
Status make_dev_keys(const DevLayout& layout, DevState& state, std::size_t proxies);

/// Writes cluster.yaml, admin.yaml and each program's file, with the ports of the state.
Status write_dev_configs(const DevLayout& layout, const DevState& state, std::size_t proxies);

/// Chooses a port for everything, keeping those that are still free.
Status choose_dev_ports(DevState& state, std::size_t proxies, bool with_kms);

}  // namespace tercet::cli
