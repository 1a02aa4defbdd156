#pragma once

#include <string_view>

#include "core/base/result.h"

namespace tercet::proxy {

/// One row of the XKS error table (XKS Proxy API reference, section 13).
struct XksError {
  unsigned status;
  std::string_view name;     ///< `errorName`, exact spelling
  std::string_view message;  ///< fixed per cause, printable ASCII, under 512 characters
};

/// The row for an error of ours. Trouble inside never looks like a missing key or a bad ciphertext.
/// XKS names and statuses live in this module and nowhere else.
XksError xks_error(Errc code) noexcept;

/// 404 InvalidUriPathException: the only row that no Errc stands for.
XksError xks_invalid_uri_path() noexcept;

}  // namespace tercet::proxy
