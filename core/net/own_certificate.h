#pragma once

#include <string>

#include <openssl/x509.h>

#include "core/base/result.h"

namespace tercet::detail {

/// Whether a certificate of our own can be shown now: it is in its time, and of the name and role
/// (CN and OU) that it should be; empty: any. `file` is named in the error.
/// Errors: config_error.
Status check_own_certificate(const X509* certificate,
                             const std::string& file,
                             const std::string& name,
                             const std::string& role);

}  // namespace tercet::detail
