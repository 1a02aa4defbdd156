#pragma once

#include <string>

#include "tests/support/live_cluster.h"
#include "tests/support/xks_client.h"

namespace tercet::test {

/// A client of the first proxy, which keeps its connection from case to case.
XksClient& client();

/// The metadata of Encrypt and Decrypt, complete.
std::string metadata(const std::string& kms_operation);

}  // namespace tercet::test
